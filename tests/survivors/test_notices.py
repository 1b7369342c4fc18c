"""Removal notices."""

from tests.survivors.making import companion, particulars, pictures

from hedgerow.survivors import NoticeState


def test_a_notice_is_received_answered_and_seen(survivors, banks):
    receipt = survivors.ask_removal(particulars(), pictures(1), ticket="a")
    notice = survivors.get(receipt.case_id).notice
    assert notice.state is NoticeState.RECEIVED
    assert notice.valid_for == ("take_it_down", "dsa")
    survivors.accept_notice(companion(), receipt.case_id, "We took it down.")
    mine = survivors.mine(receipt.case_id)
    assert mine.notice.state is NoticeState.ACCEPTED
    assert [each.words for each in mine.messages] == ["We took it down."]
    assert len(banks.list_content("removal-notices")) == 1
    assert len(banks.list_content("removal-notices-near")) == 1
    survivors.delete(receipt.case_id)
    assert not banks.list_content("removal-notices")
