// Asks Hedgerow about the body of a request, then lets it through to the application or refuses it.
// Only for bodies that are the file itself. A form says different things to different readers:
// where uploads are forms, let the application ask, as in ../check_first.py.

const FILE = /^(image|video)\/[\w.+-]+$|^application\/octet-stream$/;
const THROUGH = ['clear', 'record', 'review']; // the application holds `review` back

async function check(r) {
    if (!FILE.test(r.headersIn['Content-Type'] || '')) {
        r.return(415, 'send the file itself, with its own Content-Type\n');
        return;
    }
    let verdict = 'unchecked';
    try {
        const reply = await r.subrequest('/hedgerow', { method: 'POST' }); // with the same body
        if (reply.status === 200) {
            verdict = JSON.parse(reply.responseText).verdict;
        }
    } catch (error) {
        r.error(`an upload could not be checked: ${error.message}`);
    }
    if (THROUGH.includes(verdict)) {
        r.variables.hedgerow_verdict = verdict;
        r.internalRedirect('@application');
    } else if (verdict === 'block') {
        r.return(403, "this picture can't be uploaded here\n");
    } else {
        r.headersOut['Retry-After'] = '5';
        r.return(503, 'uploads are not taken just now\n');
    }
}

export default { check };
