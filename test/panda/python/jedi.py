"""JEDI in the foreground: its own start makes a daemon of it.

    python jedi.py
"""

from pandajedi.jediorder.JediMaster import JediMaster

if __name__ == "__main__":
    JediMaster().start()
