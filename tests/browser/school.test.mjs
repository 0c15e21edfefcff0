// A school from nothing: the first day step by step, its roster, its room by keyboard alone, its films and
// its cards.
import assert from 'node:assert/strict';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { Browser, check, Server, steps, until } from './support.mjs';
import { totp } from './totp.mjs';
import { zip } from './zip.mjs';

const film_bytes = 200 * 1024 * 1024;
const shots = new URL('../../build/browser-shots/', import.meta.url).pathname;

/// Twelve students and a teacher. Three rows are faulty: one has no name, one an unknown role, one an id that
/// occurs twice.
function roster() {
    const head =
        'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,' +
        'givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password';
    const user = (id, role, given, family) =>
        [id, 'active', '2026-09-01', 'true', 's1', role, '', '', given, family, ...Array(8).fill('')].join(
            ',',
        );
    const names = ['Ada', 'Bo', 'Chen', 'Dia', 'Eli', 'Fay', 'Gus', 'Hana', 'Ida', 'Jun', 'Kofi', 'Lea'];
    const users = [
        user('t1', 'teacher', 'Maria', 'Rossi'),
        ...names.map((name, index) => user(`u${index + 1}`, 'student', name, 'Berg')),
        user('u20', 'student', '', ''),
        user('u21', 'wizard', 'Max', 'Stone'),
        user('u3', 'student', 'Nia', 'Twice'),
    ];
    return zip({
        'manifest.csv':
            'propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.academicSessions,absent\nfile.categories,absent\nfile.classes,bulk\nfile.classResources,absent\nfile.courses,bulk\nfile.courseResources,absent\nfile.demographics,absent\nfile.enrollments,bulk\nfile.lineItems,absent\nfile.orgs,bulk\nfile.resources,absent\nfile.results,absent\nfile.users,bulk\nsource.systemName,Test\nsource.systemCode,T\n',
        'orgs.csv':
            'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,active,2026-09-01,Riverside,school,1,\n',
        'courses.csv':
            'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,' +
            'subjects,subjectCodes\nc1,active,2026-09-01,,Biology,BIO,,s1,,\n',
        'classes.csv':
            'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,' +
            'location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\nk1,active,2026-09-01,6B,,c1,6B,homeroom,,s1,,,,\n',
        'users.csv': [head, ...users].join('\n') + '\n',
        'enrollments.csv':
            'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,' +
            'role,primary,beginDate,endDate\n' +
            names
                .map((_, index) => `e${index + 1},active,2026-09-01,k1,s1,u${index + 1},student,,,`)
                .join('\n') +
            '\ne99,active,2026-09-01,k1,s1,t1,teacher,true,,\n',
    });
}

describe('a school from nothing', () => {
    const server = new Server();
    const folder = mkdtempSync(join(tmpdir(), 'lectern-school-'));
    let browser, page, secret;
    const step = steps(() => ({ page }));

    before(async () => {
        mkdirSync(shots, { recursive: true });
        writeFileSync(join(folder, 'roster.zip'), roster());
        const film = openSync(join(folder, 'coral-reef.mp4'), 'w');
        // The first bytes are those of a film, the rest does not matter.
        writeSync(film, Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'));
        writeSync(film, Buffer.from([1]), 0, 1, film_bytes - 1);
        closeSync(film);
        browser = await Browser.launch();
        await server.start();
        page = await browser.open(server.url);
    });
    after(async () => {
        await browser?.end();
        await server.end();
        rmSync(folder, { recursive: true, force: true });
    });

    step('has an administrator with a second step', async () => {
        await page.goto('/');
        await page.getByRole('button', { name: 'English' }).first().click();
        await page.getByRole('button', { name: 'Next' }).click();
        // A wrong code is noticed where it is typed.
        await page.getByLabel('Setup code').fill('AAAA-AAAA');
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByRole('alert').filter({ hasText: /code/ }).waitFor();
        await page.getByLabel('Setup code').waitFor();
        await page.getByLabel('Setup code').fill(await server.setup_code());
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByLabel('Name of the school').fill('Riverside School');
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByLabel('User name').fill('head');
        await page.getByLabel('Nickname').fill('Head');
        await page.getByLabel('Password', { exact: true }).fill('a long password');
        await page.getByRole('button', { name: 'Finish' }).click();
        await page.getByRole('heading', { name: 'Second step', level: 1 }).waitFor();
        await page.getByRole('button', { name: 'Set it up' }).click();
        secret = await page.getByTestId('totp-secret').innerText();
        await check(page, 'second step');
        await page.getByLabel('Code', { exact: true }).fill(totp(secret));
        await page.getByRole('button', { name: 'Check the code' }).click();
        await page.getByText('The second step is on.').waitFor();
        await page.getByRole('button', { name: 'I have kept them' }).click();
    });

    step('has a room', async () => {
        await page.getByRole('heading', { name: 'Your room' }).waitFor();
        await page.getByLabel('Name of the room').fill('Room 2');
        await page.getByLabel('Rows', { exact: true }).fill('1');
        await page.getByLabel('Places in a row').fill('4');
        await page.getByRole('button', { name: 'Next' }).click();
    });

    step('takes a roster in, and says what is wrong with three rows first', async () => {
        await page.getByRole('heading', { name: 'Your class' }).waitFor();
        await page.getByLabel('File', { exact: true }).setInputFiles(join(folder, 'roster.zip'));
        await page.getByRole('button', { name: 'Show what would happen' }).click();
        await page.getByText('3 rows have faults').waitFor();
        const faulty = page.locator('tr[data-fate=error]');
        assert.equal(await faulty.count(), 3);
        for (const row of await faulty.all())
            assert.ok((await row.locator('td').last().innerText()).length > 5);
        await check(page, 'roster: preview');
        await page.screenshot({ path: join(shots, 'roster.png') });
        await page.getByRole('button', { name: /^Import 13 people$/ }).click();
        await page.getByText('13 people imported.').first().waitFor();
        await page.getByText('There is a class').waitFor();
        await page.getByRole('button', { name: 'Next' }).click();
    });

    step('shows the code for the first headset, and what can come next', async () => {
        await page.getByTestId('pairing-code').waitFor();
        await check(page, 'first headset');
        await page.getByRole('button', { name: 'Skip' }).click();
        await page.getByRole('heading', { name: 'Ready' }).waitFor();
        await check(page, 'ready');
    });

    step('lays out a room of 32 seats by keyboard alone', async () => {
        await page.goto('/rooms/1');
        await page.getByRole('link', { name: 'Edit the seats' }).focus();
        await page.keyboard.press('Enter');
        const seats = page.locator('[data-key]');
        await seats.nth(3).waitFor();
        const tab_to = async (name) => {
            for (let i = 0; i < 60; ++i) {
                if (
                    await page.evaluate(
                        (wanted) => document.activeElement?.textContent?.trim() === wanted,
                        name,
                    )
                )
                    return;
                await page.keyboard.press('Tab');
            }
            assert.fail(`Tab never came to ${name}`);
        };
        // Add four seats to the row, then three rows like it.
        await seats.last().focus();
        for (let i = 0; i < 4; ++i) await page.keyboard.press('n');
        await until(async () => (await seats.count()) === 8, 'eight seats');
        await tab_to('Add a row');
        for (let i = 2; i <= 4; ++i) {
            await page.keyboard.press('Enter');
            await until(async () => (await seats.count()) === 8 * i, `${8 * i} seats`);
            if (i < 4) {
                // The focus is on the new row, after the button.
                await tab_to('Add a row');
            }
        }
        await page.getByRole('button', { name: 'Row 4, place 1' }).waitFor();
        // Move the last row away from the others. Before it, the first seat is turned and its neighbour is
        // out of use.
        await page.keyboard.press('Shift+ArrowDown');
        await page.keyboard.press('Shift+ArrowDown');
        await page.keyboard.press('ArrowUp');
        await page.keyboard.press('r');
        await page.keyboard.press('r');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('u');
        await page.getByRole('button', { name: /^Row 3, place 1,.* turned by 30°$/ }).waitFor();
        await page.getByRole('button', { name: /^Row 3, place 2,.* out of use$/ }).waitFor();
        await check(page, 'room editor');
        await page.screenshot({ path: join(shots, 'room.png') });
        await page.keyboard.press('Control+s');
        await page.getByText('The room is saved, with 32 seats.').waitFor();
        await page.goto('/rooms/1');
        await until(async () => (await page.locator('.seat').count()) === 32, '32 seats in the room');
        await page.getByText('1 out of use').waitFor();
    });

    step('uploads a film of 200 MB that is cut off halfway, twice', async () => {
        await page.goto('/content');
        await page.getByRole('heading', { name: 'No content yet' }).waitFor();
        await check(page, 'no content');
        const made = [];
        const offsets = [];
        page.on('request', (request) => {
            const path = new URL(request.url()).pathname;
            if (request.method() === 'POST' && path === '/v1/uploads') made.push(path);
            if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
        });
        const chromium = await page.context().newCDPSession(page);
        const network = (offline) =>
            chromium.send('Network.emulateNetworkConditions', {
                offline,
                latency: 0,
                downloadThroughput: -1,
                uploadThroughput: 25e6,
            });
        const choose = () =>
            page.getByLabel('Upload files').first().setInputFiles(join(folder, 'coral-reef.mp4'));
        const upload = page.getByTestId('upload');
        const share = async () => Number(await upload.getByRole('progressbar').getAttribute('aria-valuenow'));
        await network(false);
        await choose();
        await until(async () => (await share()) >= 25, 'a quarter is there');

        await network(true);
        await upload.getByText('The box does not answer.').waitFor();
        assert.ok((await share()) < 100);
        await check(page, 'an upload that waits');
        await network(false);
        await until(async () => (await share()) >= 50, 'it goes on by itself');

        // Leave the page. Choosing the same file again must resume the upload.
        page.once('dialog', (dialog) => dialog.accept());
        const sent = offsets.length;
        await page.reload();
        await page.getByRole('heading', { name: 'No content yet' }).waitFor();
        await choose();
        await page.locator('[data-test=upload][data-state=done]').waitFor();
        assert.equal(made.length, 1);
        assert.ok(offsets[sent] >= film_bytes / 3, `it went on from ${offsets[sent]}`);
        await chromium.detach();
        const list = await (await page.request.get('/v1/content')).json();
        assert.deepEqual(
            list.items.map((one) => [one.kind, one.size]),
            [['video', film_bytes]],
        );
        await page.getByRole('rowheader', { name: /coral-reef/ }).waitFor();
        await check(page, 'content');
    });

    step('prints login cards', async () => {
        const [first] = (await (await page.request.get('/v1/classes')).json()).items;
        await page.goto(`/classes/${first.id}/cards`);
        await page.getByRole('button', { name: 'Make 12 cards' }).click();
        await until(async () => (await page.getByTestId('card').count()) === 12, 'twelve cards');
        await check(page, 'cards');
        await page.emulateMedia({ media: 'print' });
        assert.ok(!(await page.getByRole('navigation').first().isVisible()));
        await page.screenshot({ path: join(shots, 'cards.png'), fullPage: true });
        await page.emulateMedia({ media: null });
    });

    step('makes a site key, whose base URL an older app can use', async () => {
        await page.goto('/admin/keys');
        await page.getByRole('button', { name: 'Make a site key' }).first().click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Name').fill('Old panel');
        await dialog.getByLabel('For a panel that staff use').check();
        await dialog.getByRole('button', { name: 'Save' }).click();
        const [, base] = await dialog.getByTestId('secret').allTextContents();
        const answer = await fetch(`${base}clients/list_devices`);
        assert.equal(answer.status, 200, `${base}: ${answer.status}`);
        await dialog.getByRole('button', { name: 'Done' }).click();
        await page.getByRole('rowheader', { name: 'Old panel' }).waitFor();
    });

    step('brings a class back that was removed', async () => {
        const [first] = (await (await page.request.get('/v1/classes')).json()).items;
        await page.goto(`/classes/${first.id}`);
        await page.getByRole('button', { name: 'Remove the class' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
        await page.getByText(`${first.name} is archived.`).waitFor();
        assert.deepEqual((await (await page.request.get('/v1/classes')).json()).items, []);
        await page.getByRole('button', { name: 'Undo' }).click();
        await page.getByRole('heading', { name: first.name, level: 1 }).waitFor();
        const [back] = (await (await page.request.get('/v1/classes')).json()).items;
        assert.equal(back.student_count, first.student_count);
    });

    step('asks for the second step at sign-in', async () => {
        const other = await browser.open(server.url);
        await other.goto('/');
        await other.getByLabel('User name').fill('head');
        await other.getByLabel('Password', { exact: true }).fill('a long password');
        await other.getByRole('button', { name: 'Sign in' }).click();
        await other.getByLabel('Code', { exact: true }).fill('000000');
        await other.getByRole('button', { name: 'Sign in' }).click();
        await other.getByText('That code is not right').waitFor();
        await check(other, 'second step at sign-in');
        // The code of the first sign-in is used up, but the next one is already valid.
        await other.getByLabel('Code', { exact: true }).fill(totp(secret, Date.now() + 30_000));
        await other.getByRole('button', { name: 'Sign in' }).click();
        await other.getByRole('heading', { name: 'Today' }).waitFor();
        await other.context().close();
    });
});
