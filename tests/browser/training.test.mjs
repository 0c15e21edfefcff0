// A whole training in the page: written, assigned, fetched, talked through, watched, done, scored and
// rewarded once; in a headset in the browser, and in one that speaks the older protocol of the training
// platform.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Browser, check, Server, steps, until } from './support.mjs';

const password = 'a long password';

describe('a training', () => {
    const server = new Server();
    let browser, page, phone, student, token;
    let ada, ben, scenario, run;
    const step = steps(() => ({ page, phone, student }));

    async function call(method, path, body, credential = token, status = 200) {
        const response = await fetch(server.url + path, {
            method,
            headers: {
                ...(credential ? { authorization: `Bearer ${credential}` } : {}),
                'content-type': 'application/json',
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        assert.equal(response.status, status, `${method} ${path}: ${text}`);
        return text ? JSON.parse(text) : null;
    }

    before(async () => {
        browser = await Browser.launch();
        await server.start();
        const body = {
            code: await server.setup_code(),
            organisation: { name: 'Riverside School' },
            administrator: { username: 'rossi', password, nickname: 'Ms Rossi' },
        };
        token = (await call('POST', '/v1/setup', body, '', 201)).token;
        token ??= (await call('POST', '/v1/logins', { username: 'rossi', password }, '', 201)).token;
        await call('PATCH', '/v1/organisation', { leaderboard: 'names' });
        ada = await call('POST', '/v1/people', { role: 'student', nickname: 'ada', pin: '1111' }, token, 201);
        ben = await call('POST', '/v1/people', { role: 'student', nickname: 'ben', pin: '2222' }, token, 201);
        page = await browser.open(server.url);
    });
    after(async () => {
        await browser?.end();
        await server.end();
    });

    const phase = (name) => page.locator('tbody tr', { hasText: name }).locator('.phase');
    const shows = (name, wanted) =>
        until(async () => (await phase(name).innerText()) === wanted, `${name} is ${wanted}`);

    step('is written in the editor', async () => {
        await page.goto('/');
        await page.getByLabel('User name').fill('rossi');
        await page.getByLabel('Password', { exact: true }).fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('link', { name: 'Lessons', exact: true }).waitFor();
        await page.goto('/scenarios');
        await page.getByText('No scenarios yet').waitFor();
        await page.getByRole('link', { name: 'Add a scenario' }).click();
        await page.getByLabel('Title', { exact: true }).fill('Fire in the kitchen');
        await page.getByLabel('XP for passing').fill('80');
        await page.getByRole('button', { name: 'Add: Item' }).click();
        await page.getByLabel('Item 1: title').fill('Heat off');
        await page.getByLabel('Item 1: key').fill('heat_off');
        await page.getByRole('button', { name: 'Add: Item' }).click();
        await page.getByLabel('Item 2: title').fill('Lid on');
        await page.getByLabel('Item 2: key').fill('lid_on');
        await page.getByRole('button', { name: 'Add: Metric' }).click();
        await page.getByLabel('Metric 1: title').fill('Seconds');
        await page.getByLabel('Metric 1: key').fill('seconds');
        await page.getByLabel('Metric 1: unit').fill('s');
        for (const [index, title, kind, of] of [
            [0, 'The heat is off', 'checklist', 'heat_off'],
            [1, 'The lid is on', 'checklist', 'lid_on'],
            [2, 'Quick', 'metric', 'seconds'],
        ]) {
            await page.getByRole('button', { name: 'Add a criterion' }).click();
            const one = page.getByRole('group', { name: `Criterion ${index + 1}` });
            await one.getByLabel('Title', { exact: true }).fill(title);
            await one.getByLabel('Kind').selectOption(kind);
            await one.getByLabel('Which').selectOption(of);
            if (kind === 'metric') {
                await one.getByLabel('Full points at').fill('60');
                await one.getByLabel('No points at').fill('120');
                await one.getByLabel('Weight').fill('2');
            }
        }
        await page.getByLabel('There is somebody to talk to').check();
        await page.getByLabel('Name', { exact: true }).fill('Mr Berg');
        await page.getByRole('button', { name: 'Add an entry' }).click();
        const entry = page.getByRole('group', { name: 'Entry 1' });
        await entry.getByLabel('Title', { exact: true }).fill('Oil fires');
        await entry
            .getByLabel('What is known')
            .fill('Never pour water on burning oil. Put a lid on the pan.');
        await entry.getByLabel('Keywords, with commas').fill('pan');
        await check(page, 'the editor of a scenario');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('Version 1. Runs keep').waitFor();
        scenario = Number(new URL(page.url()).pathname.split('/').pop());
        await page.getByLabel('Description').fill('A pan burns.');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('Version 2. Runs keep').waitFor();
        const file = await call('GET', `/v1/scenarios/${scenario}/file`);
        assert.equal(file.assessment.criteria.length, 3);
    });

    step('is assigned, and fetched by a headset', async () => {
        const { code } = await call('POST', '/v1/pairing-codes', {}, token, 201);
        phone = await browser.open(server.url, { viewport: { width: 390, height: 844 }, hasTouch: true });
        await phone.goto(`/index/?code=${code}`);
        await phone.locator('main[data-phase=open]').waitFor();
        await phone.getByRole('button', { name: 'Sign in' }).click();
        await phone.getByLabel('Nickname').fill('ada');
        await phone.getByLabel('PIN').fill('1111');
        await phone.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
        await phone.getByText('ada').waitFor();

        await page.getByRole('button', { name: 'Assign to headsets' }).click();
        await page.getByRole('dialog').getByText('ada').waitFor();
        await check(page, 'assigning');
        await page.getByRole('button', { name: 'Assign to 1 headset' }).click();
        await page.getByRole('heading', { name: 'Training queue' }).waitFor();
        await phone.getByText('Your training: Fire in the kitchen').waitFor();
        await shows('ada', 'fetched');
        await check(page, 'the queue');
        await check(phone, 'a training waits');
    });

    step('runs, and is talked through while the teacher reads along', async () => {
        await phone.getByRole('button', { name: 'Begin' }).click();
        await phone.getByTestId('training').waitFor();
        await shows('ada', 'running');
        await page.getByRole('link', { name: 'Open the run of ada' }).click();
        await page.getByRole('heading', { name: 'Conversation' }).waitFor();
        run = Number(new URL(page.url()).pathname.split('/').pop());
        await page.getByText('What is said stays on this box.').waitFor();

        await phone.getByLabel('Say something').fill('What about the burning pan?');
        await phone.getByRole('button', { name: 'Send' }).click();
        await phone.locator('[data-role=persona]').getByText('Put a lid on the pan.').waitFor();
        await page.locator('[data-role=student]').getByText('What about the burning pan?').waitFor();
        await page.locator('[data-role=persona]').getByText('Put a lid on the pan.').waitFor();
        await phone.getByLabel('Say something').fill('How is this scored?');
        await phone.getByRole('button', { name: 'Send' }).click();
        await until(
            async () => (await phone.locator('[data-role=persona]').count()) === 2,
            'a second answer',
        );
        assert.doesNotMatch(await phone.locator('[data-role=persona]').last().innerText(), /heat|lid|60/i);

        await page.getByLabel('Step in').fill('Mind the stove first.');
        await page.getByRole('button', { name: 'Send' }).click();
        await phone.locator('[data-role=teacher]').getByText('Mind the stove first.').waitFor();
        await check(phone, 'a training, talked through');
    });

    step('is watched: items ticked by hand, notes with what the headset sees', async () => {
        const heat = page.locator('li', { hasText: 'Heat off' });
        await heat.getByText('Done', { exact: true }).click();
        await page.getByText('ticked by Ms Rossi').waitFor();
        await page.getByLabel('Note', { exact: true }).fill('Stayed calm');
        await page.getByLabel('With a picture of what the headset sees').check();
        await page.locator('.seen img').waitFor();
        await page.getByRole('button', { name: 'Add the note' }).click();
        const picture = page.getByRole('img', { name: 'What the headset saw: Stayed calm' });
        await until(
            () => picture.evaluate((image) => image.naturalWidth > 0),
            'the picture is kept and shown',
        );
        await check(page, 'a run, watched');
    });

    step('is done, and its score explains itself on both', async () => {
        await phone.getByLabel('Lid on').check();
        await phone.getByLabel('seconds').fill('90');
        await phone.getByRole('button', { name: 'Finish' }).click();
        // 25 for the heat, which the teacher ticked, 25 for the lid, half of the 50 for the time.
        for (const one of [phone, page]) {
            await one.getByText('Passed with 75 of 100').waitFor();
            const quick = one.locator('tbody tr', { hasText: 'Quick' });
            assert.match(await quick.innerText(), /met in part \(90\)/);
            assert.match(await quick.innerText(), /25.*50/);
        }
        await check(page, 'a score');
        await check(phone, 'a score in the headset');
        await phone.getByRole('button', { name: 'Done' }).click();
        await phone.getByTestId('training').waitFor({ state: 'detached' });
    });

    step('is scored otherwise, for a reason', async () => {
        await page.getByRole('button', { name: 'Give another score' }).click();
        await page.getByLabel('Score', { exact: true }).fill('90');
        await page.getByLabel('Why', { exact: true }).fill('The pan was stuck');
        await check(page, 'another score');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('Passed with 90 of 100').waitFor();
        await page.getByText('Ms Rossi changed it from 75: The pan was stuck').waitFor();
        const { items } = await call('GET', '/v1/audit?limit=50');
        assert.ok(
            items.some(
                (one) =>
                    JSON.stringify(one).includes(`/v1/trainings/${run}/score`) || /score/.test(one.action),
            ),
        );
    });

    step('comes over the older protocol just the same, and gives experience once', async () => {
        const panel = (await call('POST', '/clients/login', { username: 'rossi', password }, '')).token;
        const { connect_code } = await call('GET', '/clients/add_device', undefined, panel);
        const device = await call(
            'POST',
            '/devices/connect',
            { connect_code, device_serial_number: 'PICO-1' },
            '',
        );
        assert.equal((await call('POST', '/devices/start_game', {}, device.token)).status, 'failed');
        const session = { device_id: device.id, user_id: 'ben', running_scenario: 'Fire in the kitchen' };
        await page.getByRole('link', { name: 'Training queue' }).first().click();
        await call('POST', '/clients/start_session', session, panel);
        await shows('ben', 'assigned');
        const game = await call('POST', '/devices/start_game', { device_id: device.id }, device.token);
        assert.deepEqual(game.checklist_keys, ['heat_off', 'lid_on']);
        await shows('ben', 'fetched');
        await shows('ben', 'running');
        const { client_id, record_id, scenario_id } = game;
        const checklist = { heat_off: true, lid_on: true };
        const record = {
            client_id,
            device_id: device.id,
            record_id,
            scenario_id,
            metrics: { seconds: 30 },
            checklist,
            additional_info: 'well',
        };
        for (let again = 0; again < 3; ++again)
            assert.equal((await call('POST', '/records/add', record, device.token)).score, 100);
        await shows('ben', 'recorded');
        assert.equal((await call('GET', `/v1/people/${ben.id}/progress`)).xp, 80);
        // what the record was worth
        assert.equal((await call('GET', `/v1/people/${ada.id}/progress`)).xp, 60);
    });

    step('stands on the leaderboard and in the student’s history', async () => {
        await page.goto('/leaderboard');
        await page.getByRole('rowheader', { name: 'ben' }).waitFor();
        const rows = await page.locator('tbody tr').allInnerTexts();
        assert.match(rows[0], /1\s+ben\s+1\s+80/);
        assert.match(rows[1], /2\s+ada\s+1\s+60/);
        await check(page, 'the leaderboard');
        await page.goto(`/people/${ben.id}`);
        await page.getByRole('heading', { name: 'Level 1' }).waitFor();
        await page.getByText('Without a fault').waitFor();
        await page.getByRole('link', { name: 'Fire in the kitchen' }).first().click();
        await page.getByText('Passed with 100 of 100').waitFor();
    });

    step('is the student’s own to look at', async () => {
        student = await browser.open(server.url, { viewport: { width: 390, height: 844 } });
        await student.goto('/');
        await student.getByText('With a PIN').click();
        await student.getByLabel('Nickname').fill('ada');
        await student.getByLabel('PIN', { exact: true }).fill('1111');
        await student.getByRole('button', { name: 'Sign in' }).click();
        await student.getByRole('heading', { name: 'Level 1' }).waitFor();
        await student.getByText('First steps').waitFor();
        await student.getByRole('heading', { name: 'Leaderboard' }).waitFor();
        await check(student, 'what a student has reached');
        await student.getByRole('button', { name: 'Fire in the kitchen' }).click();
        await student.getByText('Passed with 90 of 100').waitFor();
        await student.getByText('Ms Rossi changed it from 75: The pan was stuck').waitFor();
        await student.getByText('Put a lid on the pan.').waitFor();
        await check(student, 'a score, explained to who did it');
    });

    step('is talked through in the page as well', async () => {
        const device = (await call('GET', '/v1/devices')).items.find((one) => one.person?.nickname === 'ada');
        await call('POST', '/v1/trainings', { scenario_id: scenario, device_ids: [device.id] }, token, 201);
        await student.reload();
        await student.getByRole('button', { name: 'Fire in the kitchen' }).first().click();
        await student.getByLabel('Say something').fill('Hello');
        await student.getByRole('button', { name: 'Send' }).click();
        await student.locator('[data-role=persona]').getByText('Mr Berg').waitFor();
        const { items } = await call('GET', '/v1/trainings');
        const open = items.find((one) => one.phase !== 'recorded');
        await call('POST', `/v1/runs/${open.run_id}/messages`, { text: 'Well asked.' }, token, 201);
        await student.locator('[data-role=teacher]').getByText('Well asked.').waitFor();
    });
});
