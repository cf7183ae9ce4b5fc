"""What a person far away needs to help: the support bundle, without a secret."""
