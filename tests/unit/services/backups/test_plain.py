"""What a terminal mixes into a configuration is taken out the same way wherever two texts are set beside each other."""

from cmsp_agent.services.backups.ssh_reading import plain

TEXT = "version 17.9\nhostname gw-1\nend\n"
LOGGED = "*Nov 27 10:00:00.123: %SYS-5-CONFIG_I: Configured from console by admin\n"


def test_a_line_that_the_device_logged_meanwhile_is_no_line_of_the_configuration() -> None:
    assert plain(TEXT.replace("end", f"{LOGGED}end")) == (TEXT, 1)
    assert plain(TEXT.replace("\n", "\r\n")) == (TEXT, 0)
