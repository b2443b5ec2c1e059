"""The portal: pages that join rooms."""
