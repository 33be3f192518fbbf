"""How many instructions Wharf's hot paths take: a change is seen on any machine, however busy it is."""

from bench import REPOSITORY, WORK

BASELINE = REPOSITORY / "bench" / "instructions.json"
PROFILES = WORK / "instructions"
