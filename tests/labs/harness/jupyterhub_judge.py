"""A pytest plugin: JupyterHub's own tests, with our spawner where they would use their mock one."""

import os
from pathlib import Path

from jupyterhub.tests import mocking, test_spawner

from labs.spawner import WalledSpawner

FOLDER = Path(os.environ["MOTCHAM_JUDGE"])


class JudgedSpawner(WalledSpawner):
    """Ours, and the two things that JupyterHub's tests ask of the spawner they mock."""

    use_this_api_token = None

    def __init__(self, **traits):
        super().__init__(**traits)
        self.homes = str(FOLDER / "homes")
        self.grace_s = 5

    async def start(self):
        if self.use_this_api_token:
            self.api_token = self.use_this_api_token
        elif self.will_resume:
            self.use_this_api_token = self.api_token
        address = await super().start()
        with (FOLDER / "used").open("a") as used:
            used.write(f"{self.user.name}\n")
        return address


mocking.MockHub._spawner_class_default = lambda self: JudgedSpawner
test_spawner.SimpleLocalProcessSpawner = JudgedSpawner
