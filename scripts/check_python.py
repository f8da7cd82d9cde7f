"""Says in one line whether this interpreter can run the project; runs on any Python 3."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the very purpose of this file
    found = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit("Python 3.11 or later is needed, this is " + found + ". Try: make PYTHON=python3.12")
