"""JEDI in the foreground: its own start makes a daemon of it.

    python jedi.py

Two things of release 1.0.4 are not left as they are. A database worker has one connection, and to find tasks that are
done it holds that one while it waits for a second: the first such call of a worker that has not seen the sites for ten
minutes hangs until it is killed after ten. And the post-processor turns every 60 seconds, whatever is configured.
"""

import time
from types import SimpleNamespace

from pandajedi.jedicore.Interaction import CommandSendInterface
from pandajedi.jediorder import PostProcessor
from pandajedi.jediorder.JediMaster import JediMaster

CONNECTIONS = 2
LOOP_SECONDS = 3

launch = CommandSendInterface.launcher


def launch_with_connections(self, channel):
    from pandajedi.jedicore.JediTaskBuffer import JediTaskBuffer

    JediTaskBuffer.__init__.__defaults__ = (CONNECTIONS,)
    launch(self, channel)


if __name__ == "__main__":
    CommandSendInterface.launcher = launch_with_connections
    PostProcessor.time = SimpleNamespace(sleep=lambda seconds: time.sleep(min(seconds, LOOP_SECONDS)))
    JediMaster().start()
