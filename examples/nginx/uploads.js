// Asks Hedgerow about the body of a request, then lets it through to the application or refuses it.
// Only for bodies that are the file itself. A form says different things to different readers:
// where uploads are forms, let the application ask, as in ../check_first.py.

const FILE = /^(image|video)\/[\w.+-]+$|^application\/octet-stream$/;
const THROUGH = ['clear', 'record', 'review']; // the application holds `review` back
// Why a file can't be checked however often it is sent; all else is worth another try.
const OF_THE_FILE = ['empty', 'unsupported_format', 'corrupt', 'too_large', 'too_many_pixels',
    'timeout', 'out_of_memory', 'decoder_crashed'];

async function check(r) {
    if (!FILE.test(r.headersIn['Content-Type'] || '')) {
        r.return(415, 'send the file itself, with its own Content-Type\n');
        return;
    }
    let verdict = 'unchecked', why = '';
    try {
        const reply = await r.subrequest('/hedgerow', { method: 'POST' }); // with the same body
        if (reply.status === 200) {
            const answer = JSON.parse(reply.responseText);
            verdict = answer.verdict;
            why = answer.error ? answer.error.code : '';
        }
    } catch (error) {
        r.error(`an upload could not be checked: ${error.message}`);
    }
    if (THROUGH.includes(verdict)) {
        r.variables.hedgerow_verdict = verdict;
        r.internalRedirect('@application');
    } else if (verdict === 'block') {
        r.return(403, "this picture can't be uploaded here\n");
    } else if (verdict === 'unchecked' && OF_THE_FILE.includes(why)) {
        r.return(422, "this file can't be read\n");
    } else {
        r.headersOut['Retry-After'] = '5';
        r.return(503, 'uploads are not taken just now\n');
    }
}

export default { check };
