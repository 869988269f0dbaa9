"""Changes to what Reflex generates for the browser, made while the front-end is compiled."""

import re
from typing import Any

from reflex.plugins import Plugin
from reflex_base.constants import Endpoint

_ENDPOINT = "const endpoint = new URL(url_str);"
_OWN_ENDPOINT = 'const endpoint = new URL(url_str, typeof window === "undefined" ? "http://localhost" : window.location.origin);'
_GROUPS = re.compile(r"groups: \[\s*\{\s*test: /env\.json/,\s*name: \"reflex-env\",\s*\},\s*\]")

# Two files for what every page needs, instead of a dozen small ones: each module a page preloads costs a round
# trip on a phone. What only some pages need (a call client, a recorder) stays where it is imported.
_VENDOR = (
    "react|react-dom|react-router|@react-router|scheduler|cookie|universal-cookie|react-helmet|react-error-boundary|"
    "react-side-effect|react-fast-compare|prop-types|object-assign|react-is|mergician|socket\\.io-client|"
    "socket\\.io-parser|@socket\\.io|engine\\.io-client|engine\\.io-parser|set-cookie-parser|turbo-stream|"
    "@emotion|stylis|hoist-non-react-statics|@babel\\/runtime"
)
_OWN_GROUPS = f"""groups: [
            {{ test: /node_modules\\/({_VENDOR})\\//, name: "vendor", priority: 20 }},
            {{ test: /(\\/utils\\/|env\\.json|reflex\\.json|vite\\/|\\0|app\\/root\\.jsx|app\\/_document\\.)/,
              name: "app", priority: 10 }},
          ]"""


class SameOriginPlugin(Plugin):
    """Makes the pages talk to whatever address they came from, and come in few files.

    Reflex writes the backend's address into the build. Here the endpoints are paths, which the browser resolves
    against the page's own host and protocol, so one build serves any address, also behind a TLS proxy.
    """

    def update_env_json(self, **context: Any) -> dict[str, str]:
        """Give each endpoint as a path alone."""
        return {endpoint.name: str(endpoint) for endpoint in Endpoint}

    def pre_compile(self, **context: Any) -> None:
        """Register the edits of the client's address look-up and of the chunk layout."""
        context["add_modify_task"]("utils/state.js", _resolve_against_page)
        context["add_modify_task"]("vite.config.js", _fewer_files)


def _resolve_against_page(code: str) -> str:
    """Resolve endpoints against the page; raises RuntimeError where this Reflex words it otherwise."""
    if _OWN_ENDPOINT in code:
        return code
    if _ENDPOINT not in code:
        raise RuntimeError(
            "This version of Reflex finds its backend another way: mend milo_app/ui/compile_plugin.py."
        )
    return code.replace(_ENDPOINT, _OWN_ENDPOINT)


def _fewer_files(code: str) -> str:
    """Group what every page loads; a changed Vite config is left alone, since it costs only speed."""
    return _GROUPS.sub(lambda _: _OWN_GROUPS, code)
