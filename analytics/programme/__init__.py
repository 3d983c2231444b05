"""How far the programme is: targets, places, figures, their charts and the workbook."""
