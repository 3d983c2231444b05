"""Warm, walled processes: code nobody trusts runs here in milliseconds, and nothing gets out.

A `ForkServer` is one clean process with modules loaded; every `fork` copies it into a `Child`
behind walls of its own: user, mount, PID, IPC, UTS and network namespaces, a root folder that holds
Python and nothing else, no capabilities, a syscall filter, and limits on time, memory, processes,
files and output. Both sides speak JSON frames over a `Channel`, never pickle.

Start reading at `server.ForkServer` (the trusted side), then `warm` (the process that forks),
`life` (what a child does first), `rooms` (what it can see) and `filter` (which syscalls it may
make). `docs/walls.md` says what each wall stops and where the honest limits are.

This room knows nothing of courses or marks, opens no network connection, stores nothing, and never
runs a child without walls: what the machine cannot give is `WallsMissing`, unless the operator
accepted `reduced` walls by a setting.
"""

from sandbox.channel import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge
from sandbox.child import Child
from sandbox.limits import Exit, Limits
from sandbox.rooms import WORK
from sandbox.server import ForkServer, ForkServerLost
from sandbox.walls import Missing, Walls, WallsMissing, wall_level

__all__ = [
    "WORK",
    "Channel",
    "ChannelClosed",
    "ChannelTimeout",
    "Child",
    "Exit",
    "ForkServer",
    "ForkServerLost",
    "FrameTooLarge",
    "Limits",
    "Missing",
    "Walls",
    "WallsMissing",
    "wall_level",
]
