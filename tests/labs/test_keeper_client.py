"""The hub's line to a keeper, without a keeper."""

import asyncio
import gc
import json
import socket
import struct

import pytest

from labs import keeper_client


def told(answer):
    body = json.dumps(answer).encode()
    return struct.pack(">I", len(body)) + body


def test_who_waits_for_an_answer_is_not_collected_where_nobody_else_holds_them():
    async def main():
        ours, keepers = socket.socketpair()
        got = []

        async def ask():
            got.append(await keeper_client.answer_on(ours))

        # as JupyterHub starts its own shutdown: by a task that nobody keeps
        asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(ask()) and None)
        await asyncio.sleep(0.05)
        gc.collect()
        keepers.sendall(told({"end": "asked"}))
        keepers.close()
        until = asyncio.get_running_loop().time() + 5
        while not got and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.01)
        assert got == [{"end": "asked"}]
        assert not keeper_client._awaited

    asyncio.run(main())


def test_a_keeper_that_ends_before_its_answer_is_a_lost_connection():
    async def main():
        ours, keepers = socket.socketpair()
        keepers.close()
        with pytest.raises(ConnectionResetError):
            await keeper_client.answer_on(ours)
        assert not keeper_client._awaited

    asyncio.run(main())
