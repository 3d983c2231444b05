"""The syscall filter: a classic BPF program that says no to what a learner's code never needs.

A list of refusals with a ceiling, not a list of permissions: the C library and numpy change the
calls they make from one version to the next, and a list of permissions that breaks honest code gets
switched off.
The namespaces and the empty capability sets are the wall; this keeps the kernel's lesser-trodden
corners (io_uring, bpf, userfaultfd, keys, new namespaces …), where its escapes were found, out of
reach. Calls newer than the ceiling do not exist as far as a child can tell.
"""

from __future__ import annotations

import struct

from sandbox import linux

# name: (x86_64, aarch64), from the kernel's UAPI headers.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes' memory and descriptors
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    # the shape of the file system
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    # namespaces (clone is looked at by its flags below)
    "unshare": (272, 97),
    "setns": (308, 268),
    # kernel keys, programs in the kernel, and interfaces known for escapes
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "vmsplice": (278, 75),
    # the machine
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "acct": (163, 89),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
    "vhangup": (153, 58),
    "personality": (135, 92),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "mbind": (237, 235),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "set_mempolicy": (238, 237),
    # memory that no process holds, which limits per process would never see
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
}
_CLONE, _CLONE3, _SOCKET, _IOCTL = (56, 220), (435, 435), (41, 198), (16, 29)
# mseal, of Linux 6.10, is the last call looked at when this was written.
_CEILING = 462
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

_NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW flag, CLONE_NEWTIME and CLONE_NEWCGROUP too
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_TIOCSTI, _TIOCLINUX, _TIOCSETD = 0x5412, 0x541C, 0x5423

_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LOAD, _IF_EQUAL, _IF_GREATER, _IF_BITS, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24  # offsets in struct seccomp_data, low words


def make_filter(machine: str, *, loopback: bool = False, unix: bool = True) -> bytes | None:
    """The program for ``x86_64`` or ``aarch64``, None for a machine without a table.

    ``loopback``: also allow IPv4, IPv6 and netlink sockets, for a child whose network namespace
    holds nothing but a loopback. ``unix``: allow unix sockets, which only a network namespace of
    one's own keeps from reaching the host's (socketpairs are always allowed).
    """
    place = {"x86_64": 0, "aarch64": 1}.get(machine)
    if place is None:
        return None
    families = [_AF_UNIX] if unix else []
    families += [_AF_INET, _AF_INET6, _AF_NETLINK] if loopback else []
    program = [
        _step(_LOAD, _ARCH),
        _step(_IF_EQUAL, _AUDIT_ARCH[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NR),
    ]
    if machine == "x86_64":
        program += [_step(_IF_BITS, _X32_BIT, 0, 1), _step(_RETURN, _KILL)]
    program += [_step(_IF_GREATER, _CEILING, 0, 1), _step(_RETURN, _ERRNO | _ENOSYS)]
    # Without clone3 glibc falls back to clone, whose flags can be read here.
    program += [_step(_IF_EQUAL, _CLONE3[place], 0, 1), _step(_RETURN, _ERRNO | _ENOSYS)]
    for numbers in REFUSED.values():
        number = numbers[place]
        if number is not None:
            program += [_step(_IF_EQUAL, number, 0, 1), _step(_RETURN, _ERRNO | _EPERM)]
    program += [
        _step(_IF_EQUAL, _CLONE[place], 0, 4),
        _step(_LOAD, _ARG0),
        _step(_IF_BITS, _NEW_NAMESPACES, 0, 1),
        _step(_RETURN, _ERRNO | _EPERM),
        _step(_RETURN, _ALLOW),
    ]
    program += [
        _step(_IF_EQUAL, _SOCKET[place], 0, 2 + 2 * len(families)),
        _step(_LOAD, _ARG0),
    ]
    for family in families:
        program += [_step(_IF_EQUAL, family, 0, 1), _step(_RETURN, _ALLOW)]
    program += [_step(_RETURN, _ERRNO | _EAFNOSUPPORT)]
    program += [_step(_IF_EQUAL, _IOCTL[place], 0, 8), _step(_LOAD, _ARG1)]
    for request in (_TIOCSTI, _TIOCLINUX, _TIOCSETD):
        program += [_step(_IF_EQUAL, request, 0, 1), _step(_RETURN, _ERRNO | _EPERM)]
    program += [_step(_RETURN, _ALLOW)]
    program += [_step(_RETURN, _ALLOW)]
    return b"".join(program)


def install(program: bytes) -> None:
    """Put the filter on this process and all it starts. Needs no_new_privs or CAP_SYS_ADMIN."""
    linux.set_filter(program)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
