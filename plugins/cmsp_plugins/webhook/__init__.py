"""A device that is only watched for being up or down, by ICMP and TCP."""
