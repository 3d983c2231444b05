"""Every word that crosses the wall between the processes of one notebook, once.

Three lines are open: the *link*, on which the examiner's process asks and the learner's answers,
and the two on which the supervisor leads each of them. All of it is JSON. A class here is one
message, one list of kinds, or the facts of one thing; an attribute is one word of it. Who writes or
reads a message takes the word from here by name, so that nothing can be spelled in two ways; the
table in docs/marking.md says of each field what it holds and how it is bounded.

Nothing here does anything, and it imports nothing.
"""

from __future__ import annotations

# The link: what the examiner asks --------------------------------------------------------------


class Question:
    """One question, with what happened on the examiner's side since the last."""

    ASKED = "q"  # a list: one of `Ask`, and what it asks about
    SECONDS = "s"
    BEGINS = "begin"  # one of `Begins`
    TOLD = "pre"  # what the test did to names: lists of one of `Told`, the name, a value
    DROPPED = "drop"  # numbers of objects that nobody holds any more, and how often
    CHANGES = "w"  # contents of containers that both sides hold
    FILES = "files"


class Ask:
    """What a question asks for."""

    SYNC = "sync"
    NAMES = "names"
    NAME = "name"
    STATE = "state"
    CALL = "call"
    ATTRIBUTE = "attr"
    OPERATION = "op"


class Begins:
    """A cell begins with this question; ``AGAIN``: the same one once more."""

    NEW = "new"
    AGAIN = "again"


class Told:
    """What a test did to a name, or to a random generator."""

    SET = "set"
    TWIN = "twin"
    FILLED = "fill"
    DELETED = "del"
    BACK = "back"
    SEEDED = "seed"


class Generator:
    """Random generators that a test may seed."""

    PYTHONS = "random"
    NUMPYS = "numpy"


class Operation:
    """Operations besides Python's own ``__names__``."""

    SET_ATTRIBUTE = "setattr"
    DELETE_ATTRIBUTE = "delattr"
    GET_ATTRIBUTE = "getattr"
    LIST = "dir"
    SIGNATURE = "signature"


# The link: what the learner's process answers, and asks meanwhile -----------------------------


class Answer:
    """To a question, or (the first three) to a callback."""

    RESULT = "r"
    ERROR = "x"  # facts: `Error`
    CHANGES = "w"
    METHOD = "method"
    CODE = "code"
    ADOPTED = "adopt"  # the containers in the result are held by both sides from here on
    LIBRARY = "lib"  # where a library's object lies that a name leads to
    CHANGED = "changed"  # did the call change an argument?
    REFILLED = "ch"  # what changed arguments hold now
    FILES = "files"
    PRINTED = "out"
    COMPLAINED = "err"
    STARVED = "starved"


class Callback:
    """The learner's code uses what the test handed to it, in the middle of an answer."""

    WANTED = "cb"  # a list: one of `Want`, and of what
    ARGUMENTS = "args"
    CHANGES = "w"
    PRINTED = "out"
    COMPLAINED = "err"


class Want:
    """What a callback is about."""

    INPUT = "input"
    CALL = "call"
    NEXT = "next"
    ATTRIBUTE = "attr"


class Error:
    """An exception of the learner's code, in words."""

    TYPE = "t"
    TEXT = "s"
    BUILTIN = "builtin"
    TIMEOUT = "timeout"
    FLOODED = "flooded"
    PLACE = "place"
    MISSING = "missing"
    CLASS = "class"
    MODULE = "module"
    STATE = "state"
    ARGUMENTS = "args"
    HANDLE = "h"


class Nature:
    """What a class of the learner's makes: the kinds that the examiner's side shows as such."""

    FUNCTION = "function"
    METHOD = "method"
    BUILTIN = "builtin"
    GENERATOR = "generator"
    COROUTINE = "coroutine"
    EXCEPTION = "exception"
    OBJECT = "object"


# Values: the first item of a list that stands for something ---------------------------------------


class FromLearner:
    """What is no plain data, on its way to the examiner."""

    OBJECT = "o"
    CLASS = "T"
    CALLABLE = "k"  # the test's own, on its way back
    MODULE = "mod"


class FromExaminer:
    """What is no plain data, on its way to the learner's code."""

    HANDLE = "h"  # the learner's own object, on its way back
    METHOD = "hm"
    CALLABLE = "k"
    ITERATOR = "ki"
    OBJECT = "ko"
    LIBRARY = "lib"


class Tag:
    """Plain data. JSON's own values stand for themselves."""

    # met before
    SHARED = "="
    ARGUMENT = "a"
    TWIN = "w"
    OWN = "ow"
    # Python's
    LIST = "l"
    TUPLE = "u"
    DICT = "d"
    SET = "e"
    FROZENSET = "z"
    BYTES = "b"
    BYTEARRAY = "B"
    FLOAT = "f"
    INT = "i"
    TEXT = "s"
    COMPLEX = "c"
    RANGE = "r"
    SLICE = "sl"
    ELLIPSIS = "..."
    NOT_IMPLEMENTED = "ni"
    TYPE = "ty"
    DATETIME = "dt"
    DATE = "da"
    TIME = "t"
    TIMEDELTA = "td"
    ZONE = "tz"
    DECIMAL = "de"
    FRACTION = "fr"
    COUNTER = "C"
    ORDERED_DICT = "O"
    DEFAULTDICT = "dd"
    DEQUE = "q"
    KEYS = "dk"
    VALUES = "dv"
    ITEMS = "di"
    # the standard library's, and a few others'
    BY_TEXT = "tx"
    UUID = "uu"
    MACHINE_ARRAY = "ar"
    NAMESPACE = "sn"
    PATTERN = "re"
    NORMAL = "nm"
    CHAIN = "cm"
    STRUCT_TIME = "st"
    MEMBER = "lm"
    RECORD = "lt"
    PICTURE = "pic"
    GROUPS = "gb"
    MODEL = "sk"
    # of setup cells' classes
    KIN = "kc"
    KIN_MEMBER = "km"
    KIN_RECORD = "kt"
    KIN_OBJECT = "K"
    # numpy's and pandas'
    NUMPY_SCALAR = "np"
    ARRAY = "nd"
    OBJECTS = "no"
    DTYPE = "npt"
    NOT_A_TIME = "nat"
    NOT_THERE = "na"
    TIMESTAMP = "ps"
    PANDAS_DELTA = "pt"
    PERIOD = "pp"
    INDEX = "ix"
    RANGE_INDEX = "ir"
    MULTI_INDEX = "im"
    SERIES = "se"
    FRAME = "df"
    EXTENSION_DTYPE = "pdt"
    STRINGS = "xs"
    CATEGORIES = "xc"
    ZONED = "xz"
    PERIODS = "xp"
    MASKED = "xm"


class Blank:
    """What a column of texts has where there is none."""

    NA = "NA"
    NAN = "nan"


class LastValue:
    """What the last value of a test is; one of them."""

    TRUTH = "truth"
    NUMBER = "number"
    OTHER = "other"


# The supervisor and the learner's process ---------------------------------------------------------


class CellWish:
    """Run a cell of the learner's, or a setup cell as the learner has it."""

    CELL = "cell"
    NUMBER = "number"
    LIMIT = "limit"
    KNOWS = "knows"
    GIVES = "gives"


class SharedWish:
    """Run a test beside the learner's code."""

    SHARED = "shared"
    LIMIT = "limit"
    NONCE = "nonce"


class CellSaid:
    """How a cell ended."""

    OK = "ok"
    TIMED_OUT = "timed_out"
    ERROR = "error"  # facts: `Error`
    OUTPUTS = "outputs"
    FILES = "files"


class SharedSaid:
    """How a shared test ended."""

    NONCE = "nonce"
    TAMPERED = "tampered"
    ERROR = "error"  # facts: `SharedError`
    RESULT = "result"
    FILES = "files"


class SharedError:
    """An error of a shared test."""

    TYPE = "t"
    TEXT = "s"
    LINE = "line"
    OWN = "own"  # did the test itself raise it?


# The supervisor and the examiner's process --------------------------------------------------------


class SetupWish:
    """Run a setup cell."""

    SETUP = "setup"
    LIMIT = "limit"
    FILES = "files"
    KNOWS = "knows"
    GIVES = "gives"
    ONCE = "once"
    DEFINED = "defined"


class TestWish:
    """Run a test."""

    __test__ = False

    TEST = "test"
    LIMIT = "limit"
    FILES = "files"


class TestSaid:
    """How a test ended."""

    __test__ = False

    OUTCOMES = "outcomes"  # one `Outcome` for each time that it ran
    BROKEN = "broken"


class SetupSaid:
    """How a setup cell ended, besides what `Outcome` has."""

    AUTHORS = "authors"  # facts: `AuthorsFault`
    GIVES = "gives"
    ONCE = "once"
    BROKEN = "broken"


class Outcome:
    """One run of a test or setup cell. The supervisor adds the last three where it saw the end."""

    ERROR = "error"  # facts: `Fault`
    RESULT = "result"
    SPOKEN = "spoken"
    UNSUPPORTED = "unsupported"
    GONE = "gone"
    WHY = "why"
    TAMPERED = "tampered"


class Fault:
    """Why a test or setup cell failed, by the examiner's process."""

    TYPE = "type"
    TIMEOUT = "timeout"
    GONE = "gone"
    LINE = "line"
    MESSAGE = "message"
    LEARNER = "learner"  # facts: some of `Error`
    RAW = "raw"
    WHY = "why"
    NEEDS = "needs"  # one of `Need`


class Need:
    """What a test would have to be ``shared`` for."""

    CODE = "code"
    PICKLE = "pickle"
    PROCESS = "process"
    QUERY = "query"
    OBJECT = "object"


class AuthorsFault:
    """What an author's own setup cell failed of."""

    SAID = "said"
    MISSING = "missing"
