"""JupyterHub for a class on one machine: what each line is for is in jupyterhub.md. ``jupyterhub -f THIS_FILE``."""

import os
import sys
from pathlib import Path

from tlkit.commands.jupyter import SETTINGS, copy_lessons

CLASS = Path(os.environ.get("TLKIT_CLASS", "class")).absolute()  # a folder for each student: tlkit class reads it
WEIGHTS = Path(os.environ["TLKIT_CACHE"]).absolute()  # fetched once by the teacher, and read by all
MEMORY = int(os.environ.get("TLKIT_STUDENT_MB", "2000"))  # for one process of a student
ENDED = "--MappingKernelManager.cull_idle_timeout=2400", "--MappingKernelManager.cull_interval=120"
ENDED += ("--MappingKernelManager.cull_connected=True", "--ServerApp.shutdown_no_activity_timeout=3600")

c = get_config()  # noqa: F821 - JupyterHub hands it over

# Who comes in: any name, and one password for the room.
c.JupyterHub.bind_url = os.environ.get("TLKIT_HUB", "http://:8000")
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["TLKIT_CLASS_PASSWORD"]
c.Authenticator.username_pattern = r"[a-z][a-z0-9-]{0,30}"
c.Authenticator.allow_all = True

# What each gets: a JupyterLab over a folder of its own, with a copy of the lessons.
c.JupyterHub.spawner_class = "simple"
c.Spawner.notebook_dir = str(CLASS / "{username}")
c.Spawner.default_url = "/lab/tree/00-start-here.ipynb"
c.Spawner.environment = {
    "TLKIT_CACHE": str(WEIGHTS),
    "OMP_NUM_THREADS": "1",
    "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")])),
    "MPLCONFIGDIR": str(CLASS / ".matplotlib"),
}

# What nobody can take from the others: memory, and kernels that were left alone. Answers outlive both.
c.Spawner.mem_limit = f"{MEMORY}M"  # told to the kit, which then keeps less in memory
c.Spawner.cmd = ["bash", "-c", f'ulimit -d {1000 * MEMORY}; exec "$0" -m jupyterhub.singleuser "$@"', sys.executable]
c.Spawner.args = ["--LabApp.news_url=None", "--LabApp.extension_manager=readonly", *ENDED]
c.Spawner.args += ["--allow-root"] * (os.geteuid() == 0)
c.JupyterHub.active_server_limit = int(os.environ.get("TLKIT_STUDENTS", "30"))


async def with_lessons(spawner):
    """Before a student's server starts: the lessons are there, and what the student changed stays."""
    copy_lessons(CLASS / spawner.user.name)


c.Spawner.pre_spawn_hook = with_lessons
