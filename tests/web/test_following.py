"""Changes by several at a time: each is followed before it is answered, and nothing goes back."""

import threading

from tests.web.hashes import fresh_pdq

from hedgerow.matching import Fresh, LiveLimits


class SlowMatcher:
    """Its first look after the start sees state 1, and ends when it is told to."""

    def __init__(self):
        self.calls = 0
        self.slow, self.others, self.go_on = (threading.Event() for _ in range(3))

    def prepare(self, _ending):
        pass

    def compact(self):
        pass

    def refresh(self):
        self.calls += 1
        if self.calls == 2:
            self.slow.set()
            assert self.go_on.wait(60)
            return 1
        if self.calls > 2:
            self.others.set()
            return 2
        return 0


def test_an_older_look_does_not_put_back_what_a_newer_one_found():
    matcher = SlowMatcher()
    with Fresh(matcher, LiveLimits(poll_seconds=3600)) as fresh:
        while fresh.age is None:
            threading.Event().wait(0.001)
        older = threading.Thread(target=fresh.refresh)
        newer = threading.Thread(target=fresh.refresh)
        older.start()
        assert matcher.slow.wait(60)
        newer.start()
        # Long enough for a newer look that doesn't wait to be over before the older one is.
        matcher.others.wait(0.3)
        matcher.go_on.set()
        older.join()
        newer.join()
        assert fresh.sequence == 2


def test_what_several_bank_at_a_time_is_matched_by_their_next_requests(server, client, bank):
    missed = []

    def work():
        with server.client() as own:
            for _ in range(15):
                value = fresh_pdq()
                added = own.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": value}})
                told = own.post("/api/v1/match", json={"signals": {"pdq": value}}).json()
                if told["verdict"] != "block":
                    missed.append(told)
                if told["sequence"] < int(added.headers["hedgerow-sequence"]):
                    missed.append(added.headers)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missed == []
    assert client.get(f"/api/v1/banks/{bank}").json()["contents"] == 60
