"""Runs a command with uv looking for packages where pip looks for them.

uv does not read pip's configuration. A machine that reaches packages only through an index set
for pip would otherwise install nothing. Variables of uv that are already set are left alone.

Usage: `python3 scripts/with_index.py COMMAND [ARGUMENT...]`. Standard library only: it runs
before anything is installed.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys

#: pip's setting -> uv's variable.
VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
#: From the weakest source to the strongest, as pip reads them.
SECTIONS = ("global", "install", ":env:")


def uv_variables(pip_config_list: str) -> dict[str, str]:
    """Translate the output of `pip config list`; lines look like `global.index-url='https://…'`."""
    values: dict[str, str] = {}
    for section in SECTIONS:
        for line in pip_config_list.splitlines():
            name, _, literal = line.partition("=")
            prefix, _, setting = name.rpartition(".")
            if prefix == section and setting in VARIABLES:
                values[VARIABLES[setting]] = " ".join(str(ast.literal_eval(literal)).split())
    if "UV_FIND_LINKS" in values:
        values["UV_FIND_LINKS"] = values["UV_FIND_LINKS"].replace(" ", ",")
    if "UV_INDEX" in values:
        # pip takes the best version of all indexes; uv by default asks only the first that
        # knows the name.
        values["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return values


def main() -> None:
    """Replace this process by the command."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = uv_variables(listing.stdout)
    os.execvpe(sys.argv[1], sys.argv[1:], {**found, **os.environ})  # noqa: S606 - the caller's command


if __name__ == "__main__":
    main()
