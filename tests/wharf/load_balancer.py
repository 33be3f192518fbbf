"""nginx before several processes, with the configuration that deploy/compose ships."""

from collections.abc import Iterable

from wharf.daemon import Command, Daemon
from wharf.port import listens
from wharf.program import REPOSITORY

SHIPPED = REPOSITORY / "deploy" / "compose" / "nginx.conf"
SHIPPED_LISTEN = "listen 8080;"
SHIPPED_UPSTREAMS = ("wharf-1:5000", "wharf-2:5000")


class LoadBalancer(Daemon):
    """Its address is known before it starts, so that the processes can name it."""

    def __init__(self) -> None:
        super().__init__("nginx")
        self.configuration = self.folder / "nginx.conf"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def spread_over(self, addresses: Iterable[str]) -> "LoadBalancer":
        """Write the shipped configuration with these two addresses."""
        text = SHIPPED.read_text()
        changes = {SHIPPED_LISTEN: f"listen {self.address};", " /tmp/": f" {self.folder}/"}
        changes.update(zip(SHIPPED_UPSTREAMS, addresses, strict=True))
        for shipped, ours in changes.items():
            assert shipped in text, f"{SHIPPED} does not say {shipped}"
            text = text.replace(shipped, ours)
        self.configuration.write_text(text)
        return self

    def command(self) -> Command:
        return ["nginx", "-c", self.configuration, "-e", self.log, "-g", "daemon off;"]

    def answers(self) -> bool:
        return listens(self.port)
