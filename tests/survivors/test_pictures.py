"""Pictures: protected, added to, taken back."""

from tests.survivors.making import hashes, pictures

from hedgerow.survivors import Limits, PictureState, read_submissions


def contents(banks):
    return [each.id for each in banks.list_content("own-pictures")]


def test_what_is_protected_is_in_the_bank_and_gone_when_taken_back(survivors, banks):
    receipt = survivors.protect(pictures(1, 2), ticket="a", language="en")
    token = survivors.enter(receipt.number, " ".join(receipt.words))
    assert survivors.find(token) == receipt.case_id
    mine = survivors.mine(receipt.case_id)
    assert [each.state for each in mine.pictures] == [PictureState.PROTECTED] * 2
    assert contents(banks) == [each.content_id for each in mine.pictures]
    assert survivors.withdraw(receipt.case_id, [mine.pictures[0].id]) == 1
    assert contents(banks) == [mine.pictures[1].content_id]
    survivors.delete(receipt.case_id)
    assert contents(banks) == []
    assert survivors.find(token) is None


def test_a_flat_picture_is_found_by_its_file_alone(survivors, banks):
    flat = read_submissions([hashes(1, quality=3)], Limits())
    receipt = survivors.protect(flat, ticket="a", language="en")
    assert survivors.mine(receipt.case_id).pictures[0].exact_only
    (content,) = banks.list_content("own-pictures")
    assert {each.type for each in content.signals} == {"sha256", "md5"}
