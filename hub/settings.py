"""Every setting of the platform, read once into a frozen object.

Each may be given in the environment with the prefix ``MOTCHAM_`` (``MOTCHAM_PORT=9000``) or in a
file named by ``MOTCHAM_SETTINGS`` with one ``NAME=value`` a line. A composition root calls
`load_settings` once and hands the object on; nothing else reads the environment.
`docs/operators.md` has one line for each; a test holds the two together.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.messages import Message, Refused
from hub import setting_names
from hub.oidc_presets import OIDC_PRESETS

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may choose. Times in seconds, sizes in megabytes, shares in 0..1."""

    model_config = SettingsConfigDict(env_prefix="MOTCHAM_", frozen=True, extra="ignore")

    # Where
    data: Path = ROOT / ".data"
    bind: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: AnyHttpUrl | None = None  # as people see it, when a TLS proxy stands in front
    front_proxies: int | None = Field(None, ge=0, le=5)  # None: one where ``public_url`` is set
    database_url: str = Field("", repr=False)  # empty: SQLite inside ``data``
    hub_database: str = Field("", repr=False)  # the hub's own; empty: beside the records
    items: Path | None = None  # a folder with items of one's own, beside the package's

    # What people see
    language: Literal["vi", "en"] = "vi"
    ministry: str = "Bộ Khoa học và Công nghệ"
    help_contact: str = Field("", max_length=500)  # whom people ask, on every page

    # Who may come in without being in a list; only where passwords are kept here and mail leaves
    registration: Literal["closed", "invitation", "open"] = "closed"
    open_reading: bool = False  # strangers read the courses whose authors allow it

    # The programme
    programme: str = "chuyen-doi-so-10000"
    pass_share: float | None = Field(None, ge=0, le=1)  # None: as each course says
    # What an empty data folder becomes. The records then say what it is (`with_kind` below).
    demo: bool | None = None
    demo_learners: int = Field(6000, ge=0, le=200_000)  # made-up learners at the first start

    # Certificates. Without a key of the operator's own one is made at the first start
    certificate_signer: str = "Thủ trưởng đơn vị cấp"  # the line above the signature
    certificate_place: str = "Hà Nội"
    certificate_key: Path | None = None  # PEM, RSA
    certificate_chain: Path | None = None  # PEM, the certificate of that key

    # Watching it
    audit_export: Path | None = None  # a folder elsewhere, for a copy of each day's signed head
    log_format: Literal["lines", "json"] = "lines"
    metrics_token: SecretStr = SecretStr("")  # a monitor elsewhere shows it to read /metrics

    # Backups
    backup_passphrase_file: Path | None = None  # its first line opens `motcham backup`'s copies
    backup_days: int = Field(2, ge=1, le=365)  # an older newest copy is told as too old

    # What people ask about their own data (Law 91/2025/QH15)
    answer_working_days: int = Field(2, ge=1, le=60)
    ask_purpose: bool = False  # whoever opens somebody else's page says first what for

    days_off: str = ""  # more days on which no office works, as decided for a year
    days_worked: str = ""  # Saturdays and Sundays on which offices work in exchange

    # What is noted of how people learn, and for how long; 0: not at all
    exercise_time_days: int = Field(365, ge=0, le=3650)
    browser_sign_days: int = Field(180, ge=0, le=3650)

    # Marking
    placement_again_days: int = Field(30, ge=0, le=730)  # between a person's two placements
    workers: int = Field(2, ge=1, le=256)
    dask: str = ""  # address of a Dask scheduler, e.g. tcp://10.0.0.5:8786
    allow_reduced_walls: bool = False

    # Labs
    lab_spawner: Literal["none", "walled", "simple", "systemd", "kube"] = "walled"
    subdomain_host: AnyHttpUrl | None = None  # labs at <learner>.<this host>, an origin for each
    labs_share_origin: bool = False  # accepts that labs' pages are of the platform's own origin
    lab_config: Path | None = None  # JupyterHub configuration of the operator's own, read last
    lab_quota_mb: int = Field(500, ge=0)  # of a learner's own folder; 0: no bound
    development: bool = False  # allows lab_spawner=simple: learners' code runs as this very user

    # Mail; without a host none leaves the platform (the demonstration shows it to administrators)
    mail_host: str = ""
    mail_port: int = Field(587, ge=1, le=65535)
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_user: str = ""
    mail_password_file: Path | None = None  # holds the password of ``mail_user``, and nothing else
    mail_sender: str = ""  # the address that letters come from
    mail_per_minute: int = Field(60, ge=1, le=100_000)

    # A security key beside the password: whoever has one is asked for it
    second_factor: str = ""  # roles that must have one, with commas: administrator,unit-officer
    second_factor_after_oidc: bool = False  # also of those who come from the identity provider

    # Login by an identity provider (OpenID Connect); all of them or none
    oidc_issuer: AnyHttpUrl | None = None
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_username_claim: str = "preferred_username"
    oidc_domain: str = ""  # MIEN\\ten and ten@mien are ten: names of the records without it
    oidc_authorize_url: str = ""  # empty: as the issuer says of itself
    oidc_token_url: str = ""  # empty: as the issuer says of itself
    oidc_userinfo_url: str = ""  # empty: as the issuer says of itself
    oidc_preset: Literal["", "vneid"] = ""  # what the five below are where they are not set
    oidc_code_claim: str = ""  # the claim that is the person's code in the list
    oidc_code_digits: int = Field(0, ge=0, le=32)  # of such a code; 0: any text
    oidc_name_claim: str = ""  # the full name, which must then be the list's
    oidc_match_email: bool = False  # a verified address may say who somebody is, once
    oidc_match_roles: bool = False  # code or address may, also of people who hold a role
    oidc_token_auth: Literal["", "basic", "post"] = ""  # how the secret is shown; empty: likewise

    @model_validator(mode="before")
    @classmethod
    def _preset_fills_what_is_not_set(cls, given: dict[str, object]) -> dict[str, object]:
        return {**OIDC_PRESETS.get(str(given.get("oidc_preset", "")), {}), **given}

    @field_validator("days_off", "days_worked")
    @classmethod
    def _are_dates(cls, value: str) -> str:
        for one in value.replace(",", " ").split():
            try:
                dt.date.fromisoformat(one)
            except ValueError:
                raise ValueError(
                    f"“{one}” không phải ngày; viết 2027-02-10, cách nhau bằng dấu phẩy"
                ) from None
        return value

    @field_validator("data", "items")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else None

    @model_validator(mode="after")
    def _simple_labs_are_for_development(self) -> Settings:
        if self.lab_spawner == "simple" and not self.development:
            raise ValueError(
                "MOTCHAM_LAB_SPAWNER=simple cho mã của học viên chạy bằng chính tài khoản của hệ "
                "thống; chỉ dùng khi phát triển, kèm MOTCHAM_DEVELOPMENT=true"
            )
        return self

    @model_validator(mode="after")
    def _subdomains_are_of_the_public_host(self) -> Settings:
        public, host = self.public_url, self.subdomain_host
        if public and host and (public.scheme, public.host) != (host.scheme, host.host):
            raise ValueError("MOTCHAM_SUBDOMAIN_HOST phải cùng địa chỉ với MOTCHAM_PUBLIC_URL")
        return self

    @model_validator(mode="after")
    def _public_address_has_no_path(self) -> Settings:
        path = self.public_url.path if self.public_url else None
        if path and path != "/":
            raise ValueError(
                f"MOTCHAM_PUBLIC_URL không được có đường dẫn ({path}): hệ thống đứng ở gốc của một "
                "tên miền riêng, ví dụ https://hoc.example.vn"
            )
        return self

    @model_validator(mode="after")
    def _certificate_key_is_whole(self) -> Settings:
        if bool(self.certificate_key) != bool(self.certificate_chain):
            raise ValueError("MOTCHAM_CERTIFICATE_KEY và MOTCHAM_CERTIFICATE_CHAIN phải đặt cả hai")
        return self

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Settings:
        if bool(self.mail_host) != bool(self.mail_sender):
            raise ValueError("MOTCHAM_MAIL_HOST và MOTCHAM_MAIL_SENDER phải đặt cả hai")
        if bool(self.mail_user) != bool(self.mail_password_file):
            raise ValueError("MOTCHAM_MAIL_USER và MOTCHAM_MAIL_PASSWORD_FILE phải đặt cả hai")
        if self.mail_user and self.mail_security == "none":
            raise ValueError(
                "MOTCHAM_MAIL_SECURITY=none gửi mật khẩu không mã hóa; hãy dùng starttls hoặc tls"
            )
        return self

    @model_validator(mode="after")
    def _keys_can_be_asked_for(self) -> Settings:
        if not self.second_factor_roles:
            return self
        from school.access import ROLES

        if wrong := self.second_factor_roles - set(ROLES):
            raise ValueError(
                f"MOTCHAM_SECOND_FACTOR: không có vai trò {', '.join(sorted(wrong))}; "
                f"các vai trò là {', '.join(ROLES)}"
            )
        if not self.asks_second_factor:
            raise ValueError(
                "MOTCHAM_SECOND_FACTOR không có tác dụng khi đăng nhập ở máy chủ định danh; đặt "
                "MOTCHAM_SECOND_FACTOR_AFTER_OIDC=true, hoặc để máy chủ định danh hỏi lớp thứ hai"
            )
        if not self.keys_origin:
            raise ValueError(
                "MOTCHAM_SECOND_FACTOR cần một tên miền có TLS, vì trình duyệt chỉ dùng khóa bảo "
                "mật ở đó: đặt MOTCHAM_PUBLIC_URL, ví dụ https://hoc.example.vn (thử trên một máy: "
                "http://localhost:8000)"
            )
        return self

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Settings:
        given = {
            "MOTCHAM_OIDC_ISSUER": bool(self.oidc_issuer),
            "MOTCHAM_OIDC_CLIENT_ID": bool(self.oidc_client_id),
            "MOTCHAM_OIDC_CLIENT_SECRET": bool(self.oidc_client_secret.get_secret_value()),
        }
        missing = [name for name, there in given.items() if not there]
        if missing and len(missing) < len(given):
            raise ValueError(f"đăng nhập OIDC còn thiếu: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _whoever_registers_has_a_password_here(self) -> Settings:
        if self.registration != "closed" and self.oidc_issuer:
            raise ValueError(
                "MOTCHAM_REGISTRATION cần mật khẩu giữ tại hệ thống; khi đăng nhập qua máy chủ "
                "định danh (MOTCHAM_OIDC_ISSUER) thì phải là closed"
            )
        return self

    def with_kind(self, *, demonstration: bool) -> Settings:
        """These settings for records that are a demonstration, or real, whatever a variable says:
        from here on ``demo`` is what the records are."""
        return self.model_copy(update={"demo": demonstration})

    @property
    def demonstration(self) -> bool:
        """Whether the records behind these settings are a demonstration's (after `with_kind`)."""
        return bool(self.demo)

    @property
    def records_url(self) -> str:
        """The database of records, as `records.open_records` wants it."""
        return self.database_url or f"sqlite:///{self.data / 'motcham.sqlite'}"

    @property
    def hub_database_url(self) -> str:
        """JupyterHub's own database: logins, tokens, running servers. In PostgreSQL where the
        records are, in a schema of its own."""
        from records.engine import HUB_SCHEMA, in_schema, with_driver

        if self.hub_database:
            return with_driver(self.hub_database)
        if self.database_url and not self.database_url.startswith("sqlite"):
            return in_schema(self.database_url, HUB_SCHEMA)
        return f"sqlite:///{self.data / 'jupyterhub.sqlite'}"

    def dates(self, setting: Literal["days_off", "days_worked"]) -> frozenset[dt.date]:
        """The days that a setting lists."""
        listed: str = getattr(self, setting)
        return frozenset(map(dt.date.fromisoformat, listed.replace(",", " ").split()))

    @property
    def trace_days(self) -> dict[str, int]:
        """How long each of `school.learning.traces` is kept."""
        return {"time": self.exercise_time_days, "browser": self.browser_sign_days}

    @property
    def secrets(self) -> Path:
        """The folder of secrets (0700; its files 0600)."""
        return self.data / "secrets"

    @property
    def audit_key(self) -> bytes:
        """What entries of the audit log are chained with; made by `hub.platform.up`, b"" before
        that."""
        path = self.secrets / "audit-key"
        return path.read_bytes().strip() if path.exists() else b""

    @property
    def mail_key(self) -> bytes:
        """What links in letters are signed with; made by `hub.platform.up`, b"" before that."""
        path = self.secrets / "mail-key"
        return path.read_bytes().strip() if path.exists() else b""

    def set_password_url(self, token: str = "") -> str:
        """The hub's page for a new password; with a token, its one-time link."""
        page = f"{self.address}hub/set-password"
        return f"{page}?token={quote(token)}" if token else page

    @property
    def address(self) -> str:
        """Where people open the platform, with a closing slash."""
        public = self.public_url or self.subdomain_host
        if public:
            return str(public).rstrip("/") + "/"
        host = "127.0.0.1" if self.bind in ("", "0.0.0.0", "::") else self.bind  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    @property
    def proxies_in_front(self) -> int:
        """How many proxies of the operator's own stand between people and the hub's."""
        if self.front_proxies is None:
            return 1 if self.public_url else 0
        return self.front_proxies

    @property
    def secure(self) -> bool:
        """Whether people come by TLS."""
        return self.address.startswith("https://")

    @property
    def sends_mail(self) -> bool:
        """Whether letters come to somebody: to people, or in a demonstration to its mailbox."""
        return bool(self.mail_host) or self.demonstration

    @property
    def door(self) -> Literal["closed", "invitation", "open"]:
        """Who may register: nobody where the letter that confirms it would not leave."""
        return self.registration if self.sends_mail else "closed"

    @property
    def cookie_options(self) -> dict[str, object]:
        """How every cookie is set: not sent along by foreign pages, nor without TLS."""
        return {"samesite": "Lax", **({"secure": True} if self.secure else {})}

    @property
    def transport_headers(self) -> dict[str, str]:
        """What every answer says of the way it came: behind TLS, never again without it."""
        if not self.secure:
            return {}
        return {"Strict-Transport-Security": "max-age=31536000"}

    @property
    def lab_domain(self) -> str:
        """Labs are at ``<learner>.<this>``, an origin for each; empty where they share ours.

        Browsers take every name below ``localhost`` for their own machine, so where the platform is
        only there nothing need be set.
        """
        if self.lab_spawner == "none":
            return ""
        if self.subdomain_host:
            return str(self.subdomain_host.host)
        return "localhost" if self.is_local and not self.labs_share_origin else ""

    @property
    def is_local(self) -> bool:
        """Whether only browsers of this very machine reach the platform."""
        return is_loopback(urlsplit(self.address).hostname or "") and is_loopback(self.bind)

    @property
    def exposes_its_origin(self) -> bool:
        """Whether labs share the origin of a platform that others reach, and nobody said so."""
        shared = self.lab_spawner != "none" and not self.lab_domain
        return shared and not self.labs_share_origin

    @property
    def oidc(self) -> bool:
        """Whether people log in at an identity provider rather than with local passwords."""
        return self.oidc_issuer is not None

    @property
    def second_factor_roles(self) -> frozenset[str]:
        """The roles that must have a security key."""
        said = (name.strip().lower().replace("_", "-") for name in self.second_factor.split(","))
        return frozenset(name for name in said if name)

    @property
    def asks_second_factor(self) -> bool:
        """Whether people are asked for a key here, rather than by the identity provider."""
        return not self.oidc or self.second_factor_after_oidc

    @property
    def keys_origin(self) -> str:
        """Where browsers let security keys be used: a name by TLS, or this very machine by its
        name; empty where the platform has neither."""
        place = urlsplit(self.address)
        host = place.hostname or ""
        if is_loopback(host):
            name = host if host.endswith("localhost") else "localhost"
            if name != host and self.lab_domain:
                return ""  # the hub then leads everybody back to the number
            return f"{place.scheme}://{name}{f':{place.port}' if place.port else ''}"
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(host)
            return ""  # a key is for a name, never for an address
        return self.address.rstrip("/") if self.secure else ""

    def as_environment(self, *, without_secrets: bool = False) -> dict[str, str]:
        """The same settings for a child process, every one of them said explicitly.

        ``without_secrets`` leaves out what only the login needs (all of OIDC).
        """
        found: dict[str, str] = {}
        for name, value in self:
            if value is None or (without_secrets and name.startswith("oidc_")):
                continue
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            text = str(plain).lower() if isinstance(plain, bool) else str(plain)
            found[f"MOTCHAM_{name.upper()}"] = text
        return found


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is that of the machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def load_settings(**chosen: object) -> Settings:
    """Read the settings; ``chosen`` (from the command line) wins over the environment.

    Raises `Refused` that names every setting that is wrong, all in one go: a name that is none,
    with the one that was probably meant, or a file that is not there.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    file = os.environ.get("MOTCHAM_SETTINGS") or None
    setting_names.check(os.environ, file, Settings.model_fields)
    try:
        return Settings(_env_file=file, **given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise Refused(*(_complaint(dict(one)) for one in error.errors())) from None


def _complaint(error: dict[str, object]) -> Message:
    where = error.get("loc") or ()
    assert isinstance(where, tuple)
    context = error.get("ctx")
    own = context.get("error") if isinstance(context, dict) else None
    if not where:
        return Message("Thiết lập sai: {reason}", {"reason": str(own or error["msg"])})
    return Message(
        "Thiết lập {name} không dùng được: {reason}",
        {"name": f"MOTCHAM_{str(where[0]).upper()}", "reason": str(own or error["msg"])},
    )
