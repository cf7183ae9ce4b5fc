"""SSH devices played from a description: banners, prompts, pagers, delays, and what they print."""
