"""What Reflex reads about this project, for the build and for serving alike.

Nothing here depends on the address that Milo is served at: one build serves any host, port and protocol
(see ``milo_app/ui/compile_plugin.py``). Settings of an instance live in ``milo_app/config.py``.
"""

import os

import reflex as rx
from reflex.constants import StateManagerMode

from milo_app.ui.compile_plugin import SameOriginPlugin

_redis_url = os.environ.get("REDIS_URL") or None

config = rx.Config(
    app_name="milo_app",
    plugins=[
        # Where class names stand: what Reflex generates, and our own components (milo_app/web).
        rx.plugins.TailwindV4Plugin(
            {
                "content": [
                    "./app/**/*.jsx",
                    "./app_components/**/*.jsx",
                    "./utils/**/*.{js,jsx}",
                    "./public/external/**/*.{js,jsx}",
                ],
                "plugins": [],
            }
        ),
        SameOriginPlugin(),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
    # Pages keep almost nothing; what matters is in the database. Without Redis the state of a tab lives in
    # memory: the default would write each tab's state, personal data included, to a file.
    state_manager_mode=StateManagerMode.REDIS if _redis_url else StateManagerMode.MEMORY,
    redis_url=_redis_url,
    # Requests from other sites are refused by milo_app/http/security.py.
    cors_allowed_origins=[],
    frontend_compression_formats=["gzip", "brotli"],
    # Keeps whole libraries, loaded only for components sent at run time, out of every page.
    frontend_lazy_bundled_libraries=True,
    default_color_mode="system",
    show_built_with_reflex=False,
    telemetry_enabled=False,
)
