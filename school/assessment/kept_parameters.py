"""The parameters that a sitting was reckoned with."""

from __future__ import annotations

from records import Session
from records.assessment import sittings as kept
from records.tables.assessment import Sitting
from school.assessment.item_bank import ItemBank, Parameters


def parameters_for(session: Session, sitting: Sitting, bank: ItemBank | None) -> Parameters:
    """The parameters that the sitting began with."""
    if bank is not None and bank.parameters.version == sitting.parameters:
        return bank.parameters
    content = kept.find_parameters(session, sitting.parameters)
    assert content is not None
    return Parameters(sitting.parameters, content)
