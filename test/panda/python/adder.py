"""Makes jobs final: what the daemon add_main does, with the same class, without its pauses of ten seconds.

    python adder.py
"""

import os
import time

from pandaserver.brokerage.SiteMapper import SiteMapper
from pandaserver.config import panda_config
from pandaserver.dataservice.adder_gen import AdderGen
from pandaserver.taskbuffer.TaskBuffer import taskBuffer

POLL_SECONDS = 0.3
LOCK_MINUTES = 10

me = f"adder-{os.getpid()}"
taskBuffer.init(panda_config.dbhost, panda_config.dbpasswd, nDBConnection=1, useTimeout=True, requester=me)
sites = SiteMapper(taskBuffer)


def reports():
    found = taskBuffer.listJobOutputReport(only_unlocked=True, time_limit=LOCK_MINUTES, limit=200, grace_period=0)
    return found or []


while True:
    for job_id, status, attempt, _ in reports():
        lock = {"panda_id": job_id, "attempt_nr": attempt, "pid": me, "time_limit": LOCK_MINUTES}
        if taskBuffer.lockJobOutputReport(**lock):
            AdderGen(taskBuffer, job_id, status, attempt, siteMapper=sites, pid=me, prelock_pid=me).run()
    time.sleep(POLL_SECONDS)
