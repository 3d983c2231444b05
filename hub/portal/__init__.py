"""The portal: addresses in ``app``, what pages stand on in ``web``, JSON in ``api``."""
