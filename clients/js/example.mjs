// A headset on a console: an example to read, and a way to try a box by hand.
//
//   node --experimental-websocket example.mjs PACKAGE pair BOX CODE SERIAL
//   node --experimental-websocket example.mjs PACKAGE run BOX TOKEN FOLDER
//
// PACKAGE is the folder of the compiled package; an app says `lectern-headset` and `lectern-headset/node`.
// While it runs it accepts lines: sign-in NICKNAME PIN, sign-out, hand QUESTION, lower, unwell, well, event
// KIND, where, quit.
import readline from 'node:readline';

const [folder_of_package, what, box, ...words] = process.argv.slice(2);
const { Content, Headset, pair_by_code } = await import(`${folder_of_package}/index.js`);
const { FolderContent, FolderStore } = await import(`${folder_of_package}/node.js`);
const say = (text) => process.stdout.write(`${text}\n`);

function run(token, folder) {
    const files = new FolderContent(`${folder}/content`);
    const headset = new Headset({
        box,
        token,
        store: new FolderStore(`${folder}/events`),
        app: {
            capabilities: ['play', 'pause', 'resume', 'seek', 'stop'],
            prepare: ({ action }) => say(`prepare ${action}`),
            obey({ action, number }) {
                if (action === 'launch') throw new Error('A console launches nothing.');
                say(`obey ${action} ${number}`);
            },
            go_to: (playing) => say(playing ? `in the lesson: ${playing.state}` : 'in no lesson'),
            report: () => ({ battery: 81, app: 'example.mjs', app_version: '1' }),
            connected(welcome) {
                say(welcome ? 'connected' : 'gone');
                if (welcome) content.welcome().catch((error) => say(`content: ${error.message}`));
            },
            person: (person) => say(person ? `worn by ${person.nickname}` : 'nobody'),
            hand: ({ raised, question, unwell }) =>
                say(`hand ${raised ? `up: ${question}` : 'down'}${unwell ? ', unwell' : ''}`),
            content_wanted: (list) => content.take(list),
            unpaired: () => {
                say('unpaired');
                process.exit(0);
            },
            counted: (refusal) => refusal && say(`refused: ${refusal}`),
            log: (text) => say(`log: ${text}`),
        },
    });
    const content = new Content(headset, box, token, files);
    headset.start();
    readline.createInterface({ input: process.stdin }).on('line', (line) => obey(headset, files, line));
}

function obey(headset, files, line) {
    const [verb, ...rest] = line.split(' ');
    const told = (answer) =>
        answer.then(() => say(`${verb}: done`)).catch((error) => say(`${verb}: ${error.message}`));
    if (verb === 'sign-in') void told(headset.sign_in(rest[0], rest[1]));
    else if (verb === 'sign-out') void told(headset.sign_out());
    else if (verb === 'hand') void headset.raise_hand(rest.join(' '));
    else if (verb === 'lower') void headset.lower_hand();
    else if (verb === 'unwell') void headset.unwell();
    else if (verb === 'well') void headset.well();
    else if (verb === 'event') headset.event(rest[0], { data: { text: 'ä€' } });
    else if (verb === 'find') say(`found ${files.find(rest[0])}`);
    else if (verb === 'where') {
        const { state = 'nowhere' } = headset.playing ?? {};
        say(`where ${state} ${Math.round(headset.position_ms())}, ${headset.events.pending} events kept`);
    } else if (verb === 'quit') {
        headset.stop();
        process.exit(0);
    }
}

if (what === 'pair') say((await pair_by_code(box, { code: words[0], serial_number: words[1] })).token);
else run(...words);
