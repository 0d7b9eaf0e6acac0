"""The doubles: an Aura and a Slack strict enough to develop against, and the page to act on them."""
