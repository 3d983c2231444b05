"""Hostile programs. Each returns evidence when it got what it wanted, and nothing or an error else.

``bait`` says where the things to steal are: see ``bait`` in conftest.py, which also runs those that
can be tried without walls there, to show that the bait is real.
"""

# The bare calls are what matters here.
# ruff: noqa: PTH102, PTH110, PTH115, PTH123, PTH208, PTH211

import contextlib
import ctypes
import errno
import gc
import hashlib
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
ATTACKS = {}
REAL_OUTSIDE = set()


def attack(function=None, *, outside=False):
    """Register an attack. ``outside``: it succeeds where there are no walls."""

    def register(function):
        ATTACKS[function.__name__] = function
        if outside:
            REAL_OUTSIDE.add(function.__name__)
        return function

    return register(function) if function else register


def main(channel, name="", bait=None, **options):
    """Try one attack and say what it brought."""
    channel.send("trying")
    try:
        evidence = ATTACKS[name](bait or {})
        channel.send({"evidence": repr(evidence)[:500] if evidence else None})
    except BaseException as error:
        channel.send({"error": repr(error)[:500]})


def raw_syscall(number, *arguments):
    """The result, raising OSError."""
    result = libc.syscall(
        ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    )
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# ---- the host's files ------------------------------------------------------------------------


@attack(outside=True)
def read_a_secret_file_of_the_host(bait):
    return bait["secret"] in Path(bait["secret_file"]).read_text()


@attack(outside=True)
def read_the_list_of_accounts(bait):
    return [n for n in Path("/etc/passwd").read_text().split("\n") if n.startswith("daemon:")]


@attack
def read_the_shadow_file(bait):
    return Path("/etc/shadow").read_text()


@attack(outside=True)
def find_the_courses_the_tests_and_the_database(bait):
    found = []
    for folder, names, files in os.walk("/"):
        if folder.startswith(("/proc", "/sys", "/usr")) or ".venv" in folder:
            names.clear()
            continue
        found += [f for f in files if f.endswith((".sqlite", "course.toml"))]
        found += [f for f in files if f == "test_attacks.py"]
        found += [n for n in names if n == ".git"]
    return found


@attack(outside=True)
def list_the_home_folders(bait):
    needed = {bait["home"] + "/" + part for part in (".pyenv", ".local")}  # may hold Python itself
    return [
        entry.path
        for entry in os.scandir(bait["home"])
        if entry.path not in needed and not sys.prefix.startswith(entry.path)
    ]


@attack(outside=True)
def climb_out_by_a_symbolic_link(bait):
    os.symlink(bait["secret_file"], "link-to-secret")
    return bait["secret"] in Path("link-to-secret").read_text()


@attack
def climb_out_by_dots(bait):
    return (
        bait["secret"] in Path("../" * 40 + bait["secret_file"].lstrip("/")).resolve().read_text()
    )


@attack
def climb_out_by_the_root_of_process_one(bait):
    return bait["secret"] in Path("/proc/1/root" + bait["secret_file"]).read_text()


@attack
def climb_out_by_the_working_folder_of_another_process(bait):
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if bait["secret"] in Path(f"/proc/{entry}/root{bait['secret_file']}").read_text():
                return entry
    return None


@attack
def climb_out_by_chroot_and_an_open_folder(bait):
    outside = os.open("/", os.O_RDONLY)
    os.mkdir("cell")
    os.chroot("cell")
    os.fchdir(outside)
    for _ in range(40):
        os.chdir("..")
    os.chroot(".")
    return os.path.exists(bait["secret_file"])


@attack
def find_a_door_among_the_descriptors(bait):
    found = []
    for fd in range(4096):
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/self/fd/{fd}")
            if not target.startswith(("/dev/null", "pipe:", "socket:", "/proc/")):
                found.append((fd, target))
            if fd > 3 and target.startswith("socket:"):
                found.append((fd, target))
    return found


@attack
def open_a_file_by_its_handle(bait):
    handle = struct.pack("II", 8, 1) + struct.pack("II", 2, 0)
    for fd in (os.open("/", os.O_RDONLY), os.open(".", os.O_RDONLY)):
        with contextlib.suppress(OSError):
            number = {"x86_64": 304}.get(os.uname().machine, 265)
            return raw_syscall(number, fd, handle, os.O_RDONLY)
    return None


@attack
def read_the_disk_itself(bait):
    for name in ("/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmem", "/proc/kcore"):
        with contextlib.suppress(OSError), open(name, "rb") as disk:
            if disk.read(16):
                return name
    return None


@attack
def make_a_device_and_read_the_disk(bait):
    os.mknod("disk", 0o600 | 0o060000, os.makedev(254, 0))
    return Path("disk").open("rb").read(16)


@attack(outside=True)
def look_at_the_kernel_s_settings(bait):
    return os.listdir("/sys/class/net") or None


@attack
def write_a_kernel_setting(bait):
    for name in (
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/vm/drop_caches",
        "/proc/sysrq-trigger",
    ):
        with contextlib.suppress(OSError):
            Path(name).write_text("1")
            return name
    return None


# ---- writing where others read ---------------------------------------------------------------


@attack(outside=True)
def plant_a_module_in_the_python_environment(bait):
    planted = Path(bait["site_packages"], "planted_by_a_test.py")
    planted.write_text("")
    planted.unlink()
    return str(planted)


@attack
def plant_a_site_customisation(bait):
    for folder in [*sys.path, sys.prefix, sys.base_prefix]:
        if folder and not folder.startswith("/lab"):
            with contextlib.suppress(OSError):
                Path(folder, "sitecustomize.py").write_text("print('planted')")
                return folder
    return None


@attack
def change_our_own_source(bait):
    import sandbox

    with Path(sandbox.__file__).open("a") as source:
        source.write("\n")
    return sandbox.__file__


@attack
def make_the_root_writable_again(bait):
    for target in (b"/", b"/usr/lib", bait["site_packages"].encode()):
        if libc.mount(b"none", target, None, ctypes.c_ulong(32 | 4096), None) == 0:
            return target
    return None


_PLACES = ("/", "/tmp", "/lab", "/dev", "/dev/shm", "/run", "/etc", "/var/tmp", sys.prefix)


@attack
def leave_a_file_for_the_next_child(bait):
    for folder in _PLACES:
        with contextlib.suppress(OSError):
            Path(folder, "left-behind").write_text("x")


@attack
def find_a_file_that_an_earlier_child_left(bait):
    return [folder for folder in _PLACES if Path(folder, "left-behind").exists()]


# ---- other processes -------------------------------------------------------------------------


@attack(outside=True)
def see_other_processes(bait):
    return [e for e in os.listdir("/proc") if e.isdigit() and int(e) == bait["canary"]]


@attack(outside=True)
def read_the_environment_of_another_process(bait):
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if bait["secret"].encode() in Path(f"/proc/{entry}/environ").read_bytes():
                return entry
    return None


@attack(outside=True)
def signal_another_process(bait):
    os.kill(bait["canary"], 0)
    return True


@attack
def kill_everything_one_may(bait):
    for number in range(2, 70_000):
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)
            return number
    return None


@attack
def kill_the_parent(bait):
    parent = os.getppid()
    if parent > 0:
        os.kill(parent, signal.SIGKILL)
        return parent
    return None


@attack
def signal_the_process_group_of_the_host(bait):
    with contextlib.suppress(OSError):
        os.kill(-bait["group"], 0)
        return True
    return None


@attack
def trace_another_process(bait):
    number = {"x86_64": 101}.get(os.uname().machine, 117)
    return raw_syscall(number, 16, bait["canary"], 0, 0) == 0 or None


@attack
def trace_a_process_of_one_s_own(bait):
    child = os.fork()
    if child == 0:
        time.sleep(5)
        os._exit(0)
    try:
        number = {"x86_64": 101}.get(os.uname().machine, 117)
        return raw_syscall(number, 16, child, 0, 0) == 0
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@attack
def read_the_memory_of_another_process(bait):
    with open(f"/proc/{bait['canary']}/mem", "rb") as memory:
        return memory.fileno()


@attack
def copy_memory_across_processes(bait):
    number = {"x86_64": 310}.get(os.uname().machine, 270)
    buffer = ctypes.create_string_buffer(16)
    local = struct.pack("QQ", ctypes.addressof(buffer), 16)
    return raw_syscall(number, bait["canary"], local, 1, local, 1, 0)


@attack
def open_another_process_by_descriptor(bait):
    return os.pidfd_open(bait["canary"])


@attack
def slow_another_process_down(bait):
    os.setpriority(os.PRIO_PROCESS, bait["canary"], 19)
    return True


@attack
def trace_the_parent_through_python(bait):
    seen = []
    sys.settrace(lambda frame, event, argument: seen.append(frame.f_code.co_filename))
    threading.setprofile(lambda *a: None)
    time.sleep(0.01)
    sys.settrace(None)
    return [name for name in seen if "server.py" in name]


@attack
def find_the_owner_s_objects_by_the_garbage_collector(bait):
    gc.unfreeze()
    found = []
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "secret_file" in thing and thing is not bait:
            found.append("bait")
        if type(thing).__name__ in ("ForkServer", "Child"):
            found.append(type(thing).__name__)
    frame = sys._getframe()
    while frame:
        held = frame.f_locals.get("request") or {}
        found += [k for k, v in held.items() if "/etc/shadow" in str(v) or bait["secret"] in str(v)]
        frame = frame.f_back
    return found


@attack(outside=True)
def find_secrets_in_one_s_own_memory(bait):
    half = bait["memory_half"].encode()
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights = line.split()[:2]
        if not rights.startswith("r") or "[v" in line:
            continue
        start, end = (int(x, 16) for x in span.split("-"))
        with (
            contextlib.suppress(OSError, ValueError, OverflowError),
            open("/proc/self/mem", "rb", buffering=0) as memory,
        ):
            memory.seek(start)
            piece = memory.read(min(end - start, 64 << 20))
            at = piece.find(half) if piece else -1
            while at >= 0:
                if hashlib.sha256(piece[at : at + 48]).hexdigest() == bait["memory_hash"]:
                    return line
                at = piece.find(half, at + 1)
    return None


# ---- the environment -------------------------------------------------------------------------


@attack(outside=True)
def read_secrets_from_the_environment(bait):
    return [k for k, v in os.environ.items() if bait["secret"] in v]


@attack
def find_the_owner_s_command_line(bait):
    return b"pytest" in Path("/proc/1/cmdline").read_bytes() or None


@attack(outside=True)
def learn_the_name_of_the_host(bait):
    return socket.gethostname() == bait["hostname"]


@attack
def learn_where_the_host_mounts_its_disks(bait):
    return [
        line
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if "/oldroot" in line or " /old" in line
    ]


# ---- the network -----------------------------------------------------------------------------


@attack(outside=True)
def reach_a_service_on_the_host_s_loopback(bait):
    with socket.create_connection(("127.0.0.1", bait["port"]), 2) as connection:
        return connection.recv(6)


@attack(outside=True)
def reach_a_service_on_the_host_s_loopback_by_ctypes(bait):
    fd = libc.socket(2, 1, 0)
    address = (
        struct.pack("=H", 2) + struct.pack(">H", bait["port"]) + bytes([127, 0, 0, 1]) + bytes(8)
    )
    if fd < 0 or libc.connect(fd, address, 16) != 0:
        raise OSError(ctypes.get_errno(), "connect")
    return fd


@attack
def reach_the_metadata_address(bait):
    with socket.create_connection(("169.254.169.254", 80), 2) as connection:
        return connection.getpeername()


@attack
def reach_the_metadata_address_by_ipv6(bait):
    with socket.create_connection(("fd00:ec2::254", 80), 2) as connection:
        return connection.getpeername()


@attack
def resolve_a_name(bait):
    return socket.getaddrinfo("example.org", 80) and "example.org" in str(
        socket.gethostbyname("example.org")
    )


@attack(outside=True)
def send_a_datagram(bait):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return sock.sendto(b"hello", ("127.0.0.1", bait["port"]))


@attack
def listen_to_packets(bait):
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))


@attack
def talk_to_the_kernel_by_netlink(bait):
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


@attack
def talk_to_the_host_by_vsock(bait):
    return socket.socket(getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM)


@attack
def use_an_exotic_socket_family(bait):
    opened = []
    for family in (3, 4, 5, 9, 10, 15, 17, 21, 29, 30, 31, 38, 40, 41, 44):
        with contextlib.suppress(OSError):
            socket.socket(family, socket.SOCK_DGRAM)
            opened.append(family)
    return opened


@attack(outside=True)
def reach_an_abstract_unix_socket_of_the_host(bait):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect("\0" + bait["abstract"])
        return sock.recv(6)


@attack(outside=True)
def reach_a_unix_socket_by_its_path(bait):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(bait["unix_path"])
        return sock.recv(6)


@attack
def reach_the_system_s_daemons(bait):
    reached = []
    for path in ("/run/dbus/system_bus_socket", "/var/run/docker.sock", "/run/systemd/private"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)
            reached.append(path)
    return reached


# ---- rights ----------------------------------------------------------------------------------


@attack
def become_root(bait):
    for call in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgid(0)):
        with contextlib.suppress(OSError):
            call()
            return os.getuid()
    return None


@attack
def have_a_capability(bait):
    lines = Path("/proc/self/status").read_text().splitlines()
    return [x for x in lines if x.startswith("Cap") and int(x.split()[1], 16)]


@attack
def gain_rights_by_a_setuid_program(bait):
    for name in ("/usr/bin/su", "/usr/bin/sudo", "/usr/bin/newuidmap", "/usr/bin/mount"):
        with contextlib.suppress(OSError):
            out = subprocess.run([name, "--version"], capture_output=True, timeout=5).returncode
            effective = subprocess.run(["/usr/bin/id", "-u"], capture_output=True, timeout=5).stdout
            return (out, effective) if effective.strip() == b"0" else None
    return None


@attack
def make_a_user_namespace(bait):
    if libc.unshare(0x10000000) == 0:
        return "unshare"
    raise OSError(ctypes.get_errno(), "unshare")


@attack
def make_a_user_namespace_by_clone(bait):
    number = {"x86_64": 56}.get(os.uname().machine, 220)
    child = raw_syscall(number, 0x10000000 | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    return child


@attack
def make_a_user_namespace_by_clone3(bait):
    arguments = struct.pack("8Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0)
    child = raw_syscall(435, arguments, 64)
    if child == 0:
        os._exit(0)
    return child


@attack
def enter_another_namespace(bait):
    for kind in ("net", "mnt", "user", "pid", "ipc", "uts"):
        for process in ("1", "self", str(bait["canary"])):
            with contextlib.suppress(OSError):
                fd = os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY)
                if libc.setns(fd, 0) == 0:
                    return kind, process
    return None


@attack
def mount_a_file_system(bait):
    os.mkdir("here")
    for kind in (b"tmpfs", b"proc", b"sysfs", b"devtmpfs", b"overlay"):
        if libc.mount(b"none", b"here", kind, ctypes.c_ulong(0), None) == 0:
            return kind
    return None


@attack
def mount_by_the_new_interface(bait):
    return raw_syscall(430, b"tmpfs", 0)


@attack
def unmount_what_covers_something(bait):
    for target in (b"/proc", b"/tmp", b"/lab", b"/"):
        if libc.umount2(target, 2) == 0:
            return target
    return None


@attack
def use_io_uring(bait):
    return raw_syscall(425, 8, bytes(120))


@attack
def use_bpf(bait):
    number = {"x86_64": 321}.get(os.uname().machine, 280)
    return raw_syscall(number, 0, bytes(128), 128)


@attack
def use_userfaultfd(bait):
    number = {"x86_64": 323}.get(os.uname().machine, 282)
    return raw_syscall(number, 1)


@attack
def watch_the_processor(bait):
    number = {"x86_64": 298}.get(os.uname().machine, 241)
    return raw_syscall(number, struct.pack("II", 1, 112) + bytes(104), 0, -1, -1, 0)


@attack
def read_the_kernel_s_keys(bait):
    number = {"x86_64": 250}.get(os.uname().machine, 219)
    return raw_syscall(number, 0, -4, 0)


@attack
def read_the_kernel_s_log(bait):
    number = {"x86_64": 103}.get(os.uname().machine, 116)
    return raw_syscall(number, 3, ctypes.create_string_buffer(4096), 4096)


@attack
def use_a_call_of_another_abi(bait):
    number = 0x40000000 | 39  # x32's getpid
    return raw_syscall(number)


@attack
def use_a_call_newer_than_the_filter(bait):
    for number in range(463, 480):
        with contextlib.suppress(OSError):
            return number, raw_syscall(number, 0, 0, 0, 0, 0)
        if ctypes.get_errno() != errno.ENOSYS:
            return number, ctypes.get_errno()
    return None


@attack
def take_the_filter_off(bait):
    # no_new_privs cannot be unset, and another filter only ever adds refusals
    if libc.prctl(38, 0, 0, 0, 0) == 0:
        return "no_new_privs off"
    allow_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000))
    program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(allow_all))
    libc.prctl(22, 2, program, 0, 0)
    return make_a_user_namespace(bait)


@attack
def change_the_clock(bait):
    time.clock_settime(time.CLOCK_REALTIME, time.time())
    return True


@attack
def change_the_host_s_name(bait):
    socket.sethostname("pwned")
    return True


@attack
def type_into_the_terminal(bait):
    import fcntl

    for fd in (0, 1, 2):
        with contextlib.suppress(OSError):
            fcntl.ioctl(fd, 0x5412, b"x")
            return fd
    return os.open("/dev/tty", os.O_RDWR)


@attack
def reboot_the_machine(bait):
    number = {"x86_64": 169}.get(os.uname().machine, 142)
    return raw_syscall(number, 0xFEE1DEAD, 672274793, 0, 0)


@attack
def raise_one_s_own_limits(bait):
    raised = []
    for which in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU):
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.getrlimit(which)
            resource.setrlimit(which, (hard + 1, hard + 1))
            raised.append(which)
    return raised


@attack
def dump_core(bait):
    child = os.fork()
    if child == 0:
        os.abort()
    _, status = os.waitpid(child, 0)
    return os.WCOREDUMP(status) or [f for f in os.listdir(".") if f.startswith("core")]


# ---- denial ----------------------------------------------------------------------------------


@attack
def start_more_processes_than_allowed(bait):
    children = []
    try:
        for _ in range(bait["processes"] + 50):
            child = os.fork()
            if child == 0:
                time.sleep(20)
                os._exit(0)
            children.append(child)
    except OSError:
        return len(children) if len(children) > bait["processes"] else None
    return len(children)


@attack
def start_more_threads_than_allowed(bait):
    stop = threading.Event()
    started = 0
    try:
        for _ in range(bait["processes"] + 50):
            threading.Thread(target=stop.wait, daemon=True).start()
            started += 1
    except RuntimeError:
        return started if started > bait["processes"] else None
    finally:
        stop.set()
    return started


@attack
def hold_more_memory_than_allowed(bait):
    held = []
    try:
        for _ in range(64):
            held.append(b"x" * (64 << 20))
    except MemoryError:
        pass
    total = len(held) * 64
    held.clear()
    return total if total > bait["memory_mb"] else None


@attack
def hold_memory_no_process_holds(bait):
    try:
        fd = os.memfd_create("x")
    except OSError:
        fd = None
    key = libc.shmget(0, 1 << 20, 0o1600)
    return [x for x in (fd, key) if x is not None and x >= 0]


@attack
def lock_memory(bait):
    region = mmap.mmap(-1, 4 << 20)
    address = ctypes.addressof(ctypes.c_char.from_buffer(region))
    if libc.mlock(ctypes.c_void_p(address), ctypes.c_size_t(4 << 20)) == 0:
        return "locked"
    return None


@attack
def fill_the_disk(bait):
    for folder in ("/lab", "/tmp", "/dev/shm", "/run", "/"):
        for number in range(20):
            with contextlib.suppress(OSError), open(f"{folder}/fill{number}", "xb") as out:
                for _ in range(16):
                    out.write(bytes(1 << 20))
                    out.flush()
    written = 0
    for folder in ("/lab", "/tmp", "/run", "/"):
        files = [entry for entry in os.scandir(folder) if entry.name.startswith("fill")]
        written += sum(entry.stat().st_blocks * 512 for entry in files)
    return written >> 20 if written >> 20 > 2 * bait["file_mb"] else None


@attack
def write_one_file_larger_than_allowed(bait):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with contextlib.suppress(OSError), open("large", "wb") as out:
        out.truncate((bait["file_mb"] + 1) << 20)
        return True
    return None


@attack
def use_up_the_inodes(bait):
    made = 0
    with contextlib.suppress(OSError):
        while made < 26_000:
            os.mkdir(f"d{made}")
            made += 1
    return made if made > 25_000 else None


@attack
def open_more_files_than_allowed(bait):
    held = []
    with contextlib.suppress(OSError):
        for _ in range(5000):
            held.append(os.open("/dev/null", os.O_RDONLY))
    count = len(held)
    for fd in held:
        os.close(fd)
    return count if count > 300 else None
