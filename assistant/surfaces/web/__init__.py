"""The web page. Telemetry of the page's library is off before it is ever imported."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
