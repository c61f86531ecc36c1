"""Answers that attack the grader, other people, or the marks.

Each is the code of one cell. None of them computes what its question asks for, so none of them
may earn a point, whatever it does.
"""

from __future__ import annotations

from dataclasses import dataclass

ANY = frozenset()
MEMORY, TIME = frozenset({"out_of_memory"}), frozenset({"timeout"})
ERROR, DEAD = frozenset({"error"}), frozenset({"kernel_died"})
NOTHING = frozenset({"not_attempted"})
STOPPED = ERROR | DEAD | TIME | MEMORY


@dataclass(frozen=True)
class Attack:
    """A hostile answer.

    Parameters
    ----------
    name
        What it tries, in a few words.
    code
        The cell; ``@FOLDER@`` and so on become places (see ``Scene.aimed``).
    verdicts
        What it may get. Anything but points, where it is empty.
    alone
        Why it runs in a sandbox only; empty where it runs at every level.
    """

    name: str
    code: str
    verdicts: frozenset[str] = ANY
    alone: str = ""


REACHED, FOUND = "behind the wall", "the seed was found"
"""What an attack prints when it got where it may not."""

READS = "at level process, code may read what its user may read"
WRITES = "at level process, code may write where its user may write"
CONNECTS = "at level process, code may use the network"
KILLS = "at level process, code may end what its user may end"
FLOODS = "at level process, nothing watches what code does to the grader on purpose"

# ---- time, memory, processes, output -----------------------------------------------------------

USES_TOO_MUCH = (
    Attack("endless loop", "while True:\n    pass", TIME),
    Attack(
        "loop that ignores signals",
        """
import signal
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
        TIME,
    ),
    # Without a touch of each page: on a busy computer that takes longer than a cell may.
    Attack("memory of Python", "kept = []\nwhile True:\n    kept.append(bytearray(10**8))", MEMORY),
    Attack(
        "memory of numpy",
        "import numpy as np\nkept = np.ones(10**12)",
        MEMORY,
    ),
    Attack(
        "memory of many processes",
        """
import os, time
for _ in range(11):
    if os.fork() == 0:
        kept = bytearray(b"1") * 130_000_000
        time.sleep(20)
        os._exit(0)
time.sleep(1.8)
""",
        MEMORY | TIME,
    ),
    Attack(
        "memory of processes that hide",
        """
import ctypes, os, time
for _ in range(11):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
        kept = bytearray(b"1") * 130_000_000
        time.sleep(20)
        os._exit(0)
time.sleep(1.8)
""",
        MEMORY | TIME,
    ),
    Attack(
        "memory of files without a name",
        "import os\nkept = [os.memfd_create(str(number)) for number in range(200)]\n"
        "for file in kept:\n    os.write(file, b'1' * 10**7)",
        ERROR,
    ),
    Attack(
        "memory between processes",
        """
import ctypes
system = ctypes.CDLL(None, use_errno=True)
if system.shmget(0, 10**7, 0o1600) < 0:
    raise OSError(ctypes.get_errno(), "refused")
""",
        ERROR,
    ),
    Attack(
        "memory in a name space of its own",
        """
import subprocess
words = ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=9g x /tmp && echo mounted"]
found = subprocess.run(words, capture_output=True, text=True)
if "mounted" not in found.stdout:
    raise OSError(found.stderr)
""",
        ERROR,
    ),
    Attack(
        "fork bomb",
        """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
        STOPPED,
    ),
    Attack(
        "processes that take every processor",
        """
import os, time
for _ in range(30):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass
time.sleep(1.5)
""",
    ),
    Attack("100 MB of output", "print('x' * 100_000_000)"),
    Attack("200,000 outputs", "for number in range(200_000):\n    print(number, flush=True)"),
    Attack("a line that takes ages to tidy", "print('x' * 480_000)", NOTHING),
    Attack("backspaces that take ages to tidy", "print('x' * 240_000 + chr(8) * 240_000)", NOTHING),
    Attack("input", "count = int(input('How many?'))", ERROR),
)

# ---- the disk ----------------------------------------------------------------------------------

FILLS_THE_DISK = (
    Attack(
        "one large file",
        "file = open('large', 'wb')\nfor _ in range(100):\n    file.write(bytes(10**6))",
        ERROR,
    ),
    Attack(
        "many files in the private folder",
        """
import os, time
for number in range(30):
    with open(f"{os.environ['HOME']}/{number}", "wb") as file:
        for _ in range(20):
            file.write(b"1" * 10**6)
time.sleep(1.5)
""",
        ERROR,
    ),
    Attack(
        "files that were removed",
        """
import os, time
kept = []
for number in range(30):
    kept.append(open("gone", "wb"))
    os.unlink("gone")
    for _ in range(20):
        kept[-1].write(b"1" * 10**6)
time.sleep(1.5)
""",
        ERROR,
    ),
    Attack(
        "files in a folder that nobody may list",
        """
import os, time
os.mkdir("hidden")
os.chmod("hidden", 0o300)
for number in range(30):
    with open(f"hidden/{number}", "wb") as file:
        for _ in range(20):
            file.write(b"1" * 10**6)
time.sleep(1.5)
""",
        ERROR,
    ),
    Attack(
        "100,000 files",
        "import time\nfor number in range(100_000):\n    open(f'{number}', 'w').close()\n"
        "time.sleep(1.5)",
        ERROR | TIME,
    ),
    Attack(
        "the folders of temporary files",
        """
for place in ("/tmp", "/dev/shm"):
    try:
        for number in range(20):
            with open(f"{place}/{number}", "wb") as file:
                for _ in range(20):
                    file.write(b"1" * 10**6)
    except OSError:
        pass
""",
        NOTHING,
        WRITES,
    ),
    Attack(
        "a file as large as it looks",
        "with open('empty', 'wb') as file:\n    file.truncate(10**13)",
        ERROR,
    ),
    Attack(
        "names and folders without end",
        """
import os
open("n" * 255, "w").close()
for _ in range(1_000):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
""",
    ),
)

# ---- ends --------------------------------------------------------------------------------------

ENDS = (
    Attack("os._exit", "import os\nos._exit(0)", DEAD),
    Attack("sys.exit", "import sys\nsys.exit(0)", ERROR),
    Attack("abort", "import os\nos.abort()", DEAD),
    Attack("stack overflow", "import ctypes\nctypes.string_at(0)", DEAD),
    Attack("kill of the parent", "import os\nos.kill(os.getppid(), 9)", ANY, KILLS),
    Attack("kill of everybody", "import os\nos.kill(-1, 9)", ANY, KILLS),
    Attack(
        "stop of the host",
        "import os\nfor number in (19, 15, 1, 2, 17, 13):\n    os.kill(1, number)",
        ANY,
        KILLS,
    ),
    Attack(
        "stop of itself",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        STOPPED,
    ),
    Attack(
        "a process that outlives the run",
        """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3, 200):
            try:
                os.close(number)
            except OSError:
                pass
        time.sleep(300)
        os._exit(0)
    os._exit(0)
""",
    ),
    Attack(
        "a process that outlives its kernel",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(300)\nos._exit(0)",
        DEAD,
    ),
    Attack(
        "work after the end",
        """
import atexit, threading, time
atexit.register(time.sleep, 60)
threading.Thread(target=time.sleep, args=(60,)).start()
""",
    ),
)

# ---- what belongs to others --------------------------------------------------------------------

TOUCHES_OTHERS = (
    Attack(
        "writing everywhere",
        """
import os
places = ["/", "/usr", "/usr/bin", "/etc", "/dev", "/world", "/proc/sys/kernel", "@FOLDER@"]
places += ["@WORLD@", "@PRACTICE@", "@PACKAGE@", os.path.dirname(pd.__file__), "/proc/1"]
for place in places:
    for name in ("left_behind", "../left_behind"):
        try:
            with open(os.path.join(place, name), "w") as file:
                file.write("was here")
        except OSError:
            pass
for number in range(3, 100):
    try:
        os.write(number, b"was here")
    except OSError:
        pass
""",
        ANY,
        WRITES,
    ),
    Attack(
        "the unseen world overwritten",
        """
import os, shutil
for name in os.listdir(EXTRACT):
    try:
        os.chmod(os.path.join(EXTRACT, name), 0o666)
        shutil.copy(os.path.join("@PRACTICE@", name), os.path.join(EXTRACT, name))
    except OSError:
        pass
@NAME@ = -1
""",
        frozenset({"wrong"}),
    ),
    Attack(
        "the unseen world emptied",
        """
import os
for name in os.listdir(EXTRACT):
    try:
        os.unlink(os.path.join(EXTRACT, name))
    except OSError:
        open(os.path.join(EXTRACT, name), "w")
""",
    ),
    Attack(
        "the package for the next participant",
        """
import os
for place in ("@PACKAGE@/learn/calls.py", "@PACKAGE@/host/serve.py", pd.__file__):
    try:
        os.chmod(place, 0o666)
    except OSError:
        pass
    try:
        with open(place, "a") as file:
            file.write("broken here")
    except OSError:
        pass
try:
    os.rename(os.path.dirname(pd.__file__), "/tmp/pandas")
except OSError:
    pass
""",
        ANY,
        WRITES,
    ),
    Attack(
        "the submissions deleted",
        "import shutil\nshutil.rmtree('@FOLDER@', ignore_errors=True)",
        ANY,
        WRITES,
    ),
    Attack(
        "links in its own folder",
        """
import os
home = os.environ["HOME"]
for place in ("@FOLDER@", "@WORLD@", "/", "/usr"):
    os.symlink(place, f"link{len(os.listdir('.'))}")
    os.symlink(place, f"{home}/link{len(os.listdir(home))}")
for place in ("@FOLDER@/office/store/secret/seed", "@PACKAGE@/__init__.py", "/usr/bin/env"):
    try:
        os.link(place, f"hard{len(os.listdir('.'))}")
    except OSError:
        pass
os.rename(home, home + "_away")
os.symlink("@FOLDER@", home)
""",
    ),
    Attack(
        "the network of this computer",
        """
import socket
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for place in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
        try:
            socket.create_connection((place, @PORT@), 0.3).close()
            print("@REACHED@")
        except OSError:
            pass
for kind in (17, 29, 38, 40, 44):
    try:
        socket.socket(kind, socket.SOCK_RAW)
        print("@REACHED@")
    except OSError:
        pass
raise OSError("nobody there")
""",
        ERROR,
        CONNECTS,
    ),
    Attack(
        "the network outside",
        """
import socket
socket.create_connection(("192.0.2.1", 80), 1)
""",
        ERROR,
        CONNECTS,
    ),
    Attack(
        "reading what is hidden",
        """
import os
def show(path):
    try:
        with open(path, "rb") as file:
            print(path, file.read(3_000))
    except OSError:
        pass
for place, folders, files in os.walk("@FOLDER@"):
    for name in files:
        show(os.path.join(place, name))
for path in ("office/w9d9_90_instructor.ipynb", "office/submissions/anna/w9d9_90.ipynb",
             "office/store/secret/seed", "truth/canary.json", "truth/stories.json"):
    show("@FOLDER@/" + path)
for number in os.listdir("/proc"):
    for name in ("environ", "cmdline", "mountinfo", "maps"):
        show(f"/proc/{number}/{name}")
    for name in ("root", "cwd"):
        show(f"/proc/{number}/{name}@FOLDER@/office/store/secret/seed")
print(dict(os.environ))
""",
        NOTHING,
        READS,
    ),
    Attack(
        "rebuilding the truth",
        """
import json, os
from rilo_training.world import make_world
about = json.load(open(os.path.join(EXTRACT, "world.json")))
print(about)
guesses = [about.get("seed"), 0, 1, 2, 7, int(about["world_id"], 16)]
for guess in guesses[:4]:
    if guess is not None:
        made = make_world(guess, cases=400, tables=["seizures"])
        if len(made.seizures) == len(seizures) and made.seizures.equals(seizures):
            print("@FOUND@")
""",
    ),
    Attack(
        "the memory of the host",
        """
import ctypes, os
system = ctypes.CDLL(None, use_errno=True)
if system.syscall(101, 16, 1, 0, 0) == 0:
    print("@REACHED@")
for path in ("/proc/1/mem", "/proc/1/environ", "/proc/kcore", "/dev/mem"):
    try:
        open(path, "rb").read(10)
        print("@REACHED@")
    except OSError:
        pass
if system.syscall(248, b"user", b"rilo", b"kept", 4, -3) >= 0:
    print("@REACHED@")
try:
    handle = os.pidfd_open(1)
    if system.syscall(438, handle, 0, 0) >= 0:
        print("@REACHED@")
except OSError:
    pass
raise OSError("nothing reached")
""",
        ERROR,
        READS,
    ),
    Attack(
        "another user",
        """
import os, subprocess
for change in (os.setuid, os.setgid):
    try:
        change(0)
        print("@REACHED@")
    except OSError:
        pass
for words in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "-t", "tmpfs", "x", "/tmp"]):
    try:
        if subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
            print("@REACHED@")
    except OSError:
        pass
raise OSError("nothing reached")
""",
        ERROR,
        READS,
    ),
)

# ---- the marks ---------------------------------------------------------------------------------

_SEND = """
import json
kernel = get_ipython().kernel
own = dict(kernel.get_parent()["header"])
session, process, number = own["msg_id"].rsplit("_", 2)
def send(kind, content, parent=None, **more):
    kernel.session.send(kernel.iopub_socket, kind, content=content, parent=parent or
                        kernel.get_parent(), **more)
def of(later):
    return {"header": {**own, "msg_id": f"{session}_{process}_{int(number) + later}"}}
def answer(question, value):
    text = json.dumps({"question": question, "answer": {"type": "value", "value": value}})
    return {"data": {"application/vnd.rilo.answer+json": text}, "metadata": {}}
"""

FORGES = (
    Attack("check replaced", "check = lambda *_: None"),
    Attack(
        "check replaced where it lives",
        """
import rilo_training.learn.calls as calls
calls.declare = calls.encode = lambda *_: {"type": "value", "value": 1}
calls._check = lambda question, value: None
""",
    ),
    Attack(
        "display replaced",
        """
import IPython.display
IPython.display.publish_display_data = IPython.display.display = lambda *_, **__: None
get_ipython().display_pub.publish = lambda *_, **__: None
get_ipython().display_pub.session.send = lambda *_, **__: None
""",
    ),
    Attack(
        "comms replaced",
        """
import comm
comm.create_comm = comm.get_comm_manager = lambda *_, **__: None
kernel = get_ipython().kernel
kernel.comm_manager = None
kernel.shell_handlers["comm_open"] = kernel.shell_handlers["comm_msg"] = None
""",
    ),
    Attack(
        "input transformers",
        """
shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: ["pass\\n"])
shell.input_transformers_post.append(lambda lines: ["pass\\n"])
""",
    ),
    Attack(
        "tree transformers",
        """
import ast
class Change(ast.NodeTransformer):
    def visit_Name(self, node):
        return ast.Constant(value=1) if node.id.startswith("count_") else node
get_ipython().ast_transformers.append(Change())
""",
    ),
    Attack(
        "the shell itself",
        """
shell = get_ipython()
shell.run_cell = shell.run_cell_async = lambda *_, **__: None
shell.events.register("pre_run_cell", lambda *_: (_ for _ in ()).throw(SystemExit))
""",
    ),
    Attack(
        "pandas for the answers behind",
        "pd.Series.sum = pd.Series.__eq__ = lambda *_, **__: 1\nseizures['seizure_date'] = None",
    ),
    Attack(
        "the names of the answers behind",
        "class Fixed(dict):\n    pass\n"
        "get_ipython().user_ns.update({f'count_{number}': 1 for number in range(14)})\n"
        "import builtins\nbuiltins.int = lambda *_: 1",
    ),
    Attack(
        "another question's answer",
        """
from rilo_training.learn.calls import check as declare
for number in range(14):
    declare(f"q{number}", 1)
""",
        NOTHING,
    ),
    Attack(
        "an earlier answer through an update",
        """
from IPython.display import display, update_display
data = {"application/vnd.rilo.answer+json": '{"question": "q1", "answer": {"type": "value"}}'}
for name in ("a", "q1", "q1-check"):
    display(data, raw=True, display_id=name)
    update_display(data, raw=True, display_id=name)
""",
        NOTHING,
    ),
    Attack(
        "a message for another check",
        f"{_SEND}\nfor later in range(-12, 24):\n"
        "    for number in range(1, 14):\n"
        "        send('display_data', answer(f'q{number}', 1), of(later))",
    ),
    Attack(
        "a message for another check, from behind",
        f"{_SEND}\nimport threading, time\n"
        "def behind():\n"
        "    for _ in range(60):\n"
        "        for later in range(1, 24):\n"
        "            for number in range(1, 14):\n"
        "                send('display_data', answer(f'q{number}', 1), of(later))\n"
        "        time.sleep(0.02)\n"
        "threading.Thread(target=behind, daemon=True).start()",
    ),
    Attack(
        "its own check, twice",
        f"{_SEND}\nfor later in range(1, 3):\n"
        "    for value in (1, 2, 10**9, None, True, 'x', [1], {}):\n"
        "        send('display_data', answer('@QUESTION@', value), of(later))",
    ),
    Attack(
        "replies for cells that never ran",
        f"{_SEND}\n"
        "where = list(kernel._parent_ident.values()) if hasattr(kernel, '_parent_ident') else []\n"
        "socket = kernel.shell_stream.socket if hasattr(kernel, 'shell_stream') else None\n"
        "for ident in where:\n"
        "    for later in range(24):\n"
        "        for status in ('ok', 'error', 5, None):\n"
        "            kernel.session.send(socket or kernel.shell_socket, 'execute_reply',\n"
        "                content={'status': status, 'execution_count': 1}, parent=of(later),\n"
        "                ident=ident)\n"
        "        send('status', {'execution_state': 'idle'}, of(later))\n"
        "while True:\n    pass",
    ),
    Attack(
        "strange values",
        """
class Strange(float):
    def __eq__(self, other):
        return True
    __hash__ = None
    def __round__(self, *_):
        return self
    def __reduce__(self):
        import os
        return os._exit, (0,)
@NAME@ = Strange("nan")
""",
    ),
)

# ---- the client that listens -------------------------------------------------------------------

FLOODS_THE_CLIENT = (
    Attack(
        "messages without end",
        f"{_SEND}\nwhile True:\n    send('stream', {{'name': 'stdout', 'text': 'x'}})",
        TIME | ERROR,
    ),
    Attack(
        "messages without end, from behind",
        f"{_SEND}\nimport threading\n"
        "def behind():\n"
        "    parent = of(0)\n"
        "    while True:\n"
        "        send('stream', {'name': 'stdout', 'text': 'x'}, parent)\n"
        "threading.Thread(target=behind, daemon=True).start()",
    ),
    Attack(
        "huge messages",
        "import time\nsocket = get_ipython().kernel.iopub_thread.socket\n"
        "large = bytes(100_000_000)\n"
        "for _ in range(40):\n    socket.send_multipart([large], copy=False)\ntime.sleep(1)",
        ANY,
        FLOODS,
    ),
    Attack(
        "a message without an end",
        """
import json, os, socket, struct, time
about = json.load(open(os.path.join(os.environ["HOME"], "connection.json")))
name = f"{about['ip']}-{about['iopub_port']}"
time.sleep(0.3)
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        found = socket.socket(fileno=os.dup(number))
        if found.getsockname() == name:
            if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                break
    except OSError:
        pass
found.setblocking(True)
part = bytes(30_000_000)
while True:
    found.sendall(b"\\x03" + struct.pack(">Q", len(part)) + part)
""",
        STOPPED,
        FLOODS,
    ),
    Attack(
        "frames that are no messages",
        "socket = get_ipython().kernel.iopub_thread.socket\n"
        "for frames in ([b''], [b'<IDS|MSG>'], [b'<IDS|MSG>'] + [b'{'] * 6, [b'x'] * 5_000):\n"
        "    socket.send_multipart(frames)",
    ),
    Attack(
        "deep nesting",
        f"{_SEND}\nkernel.session.pack = lambda found: b'[' * 200_000\n"
        "send('display_data', {'data': {}, 'metadata': {}})",
    ),
    Attack(
        "numbers that JSON does not know",
        f"{_SEND}\nkernel.session.pack = lambda found: json.dumps(found, default=str).encode()\n"
        "nan = float('nan')\n"
        "send('display_data', {'data': {'text/plain': nan, 'x': [nan]}, 'metadata': {'y': nan}})\n"
        "send('display_data', {'data': {'application/vnd.rilo.answer+json': nan}, 'metadata': {}},"
        " of(1))",
    ),
    Attack(
        "fields of another type",
        f"{_SEND}\n"
        "send('execute_input', {'code': 5, 'execution_count': 'x' * 10_000_000})\n"
        "send('stream', {'name': ['x'], 'text': {'a': 1}})\n"
        "send('display_data', {'data': {'text/plain': 'a'}, 'metadata': {},"
        " 'transient': {'display_id': ['x']}})\n"
        "send('display_data', {'data': {'a' * 1_000_000: 1}, 'metadata': {'b': ['c'] * 100_000}})\n"
        "send('error', {'ename': 5, 'evalue': None, 'traceback': 'x'})\n"
        "send('status', {'execution_state': ['idle']})",
    ),
    Attack(
        "one display, shown again and again",
        "from IPython.display import display\n"
        "for _ in range(20_000):\n"
        "    display({'text/plain': 'x'}, raw=True, display_id='a')",
    ),
    Attack(
        "pictures that need a lot of memory",
        """
import io, zlib, struct
from base64 import b64encode
from IPython.display import display
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
side = 30_000
head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
rows = zlib.compress(bytes(side // 8 + 1) * side, 9)
picture = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows)
picture += chunk(b"IEND", b"")
for _ in range(10):
    display({"image/png": b64encode(picture).decode()}, raw=True)
""",
    ),
)

KINDS = (USES_TOO_MUCH, FILLS_THE_DISK, ENDS, TOUCHES_OTHERS, FORGES, FLOODS_THE_CLIENT)


def groups(at_process: bool = False) -> list[tuple[Attack, ...]]:
    """Attacks by eights, as one participant would hand them in."""
    made: list[tuple[Attack, ...]] = []
    for kind in KINDS:
        kept = tuple(attack for attack in kind if not (at_process and attack.alone))
        made += [kept[start : start + 8] for start in range(0, len(kept), 8)]
    return made
