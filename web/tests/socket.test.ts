// The live connection against a socket that the test controls.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live } from '../src/api/live.svelte';

class FakeSocket {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static all: FakeSocket[] = [];
    static get newest(): FakeSocket {
        return FakeSocket.all.at(-1) as FakeSocket;
    }
    readyState = 0;
    sent: { type: string; data: Record<string, unknown>; eid: string }[] = [];
    onopen: (() => void) | null = null;
    onclose: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    constructor(readonly url: string) {
        FakeSocket.all.push(this);
    }
    send(text: string): void {
        this.sent.push(JSON.parse(text));
    }
    close(): void {
        this.readyState = 3;
    }
    accept(): void {
        this.readyState = 1;
        this.onopen?.();
    }
    drop(): void {
        this.readyState = 3;
        this.onclose?.();
    }
    tell(...messages: object[]): void {
        this.onmessage?.({ data: JSON.stringify(messages.length === 1 ? messages[0] : messages) });
    }
    said(type: string) {
        return this.sent.filter((message) => message.type === type).map((message) => message.data);
    }
}

const snapshot = (entries: object, version = 5) => ({
    type: 'topic',
    status: 'snapshot',
    data: { topic: 'room/7', epoch: 'e1', version, entries },
});

describe('the live connection', () => {
    let live: Live;
    beforeEach(() => {
        vi.useFakeTimers();
        vi.stubGlobal('WebSocket', FakeSocket);
        FakeSocket.all = [];
        live = new Live('ws://box/v1/live');
        live.start();
    });
    afterEach(() => {
        live.end();
        vi.useRealTimers();
        vi.unstubAllGlobals();
    });

    it('asks for its topics as soon as it is open, and keeps them as tables', () => {
        const topic = live.topic('room/7');
        expect(live.state).toBe('connecting');
        FakeSocket.newest.accept();
        expect(FakeSocket.newest.said('subscribe')).toEqual([{ topic: 'room/7' }]);
        FakeSocket.newest.tell(snapshot({ 'seat/1': { id: 1 }, 'seat/2': { id: 2 }, room: { id: 7 } }));
        FakeSocket.newest.tell(
            {
                type: 'topic',
                status: 'update',
                data: { topic: 'room/7', version: 6, entries: { 'seat/1': { id: 1, row: 3 } } },
            },
            {
                type: 'topic',
                status: 'update',
                data: { topic: 'room/7', version: 7, entries: {}, erased: ['seat/2'] },
            },
        );
        expect([topic.loaded, topic.version, topic.all('seat/')]).toEqual([true, 7, [{ id: 1, row: 3 }]]);
    });

    it('says that the box is gone, keeps what it knew, and asks only for what it missed', () => {
        const topic = live.topic('room/7');
        FakeSocket.newest.accept();
        FakeSocket.newest.tell(snapshot({ room: { id: 7 } }));
        FakeSocket.newest.drop();
        expect([live.state, topic.get('room')]).toEqual(['gone', { id: 7 }]);
        vi.advanceTimersByTime(1000);
        expect(FakeSocket.all).toHaveLength(2);
        FakeSocket.newest.accept();
        expect(live.state).toBe('open');
        expect(FakeSocket.newest.said('subscribe')).toEqual([
            { topic: 'room/7', since: { epoch: 'e1', version: 5 } },
        ]);
    });

    it('notices a box that falls silent without saying goodbye', () => {
        FakeSocket.newest.accept();
        const first = FakeSocket.newest;
        vi.advanceTimersByTime(12_000);
        expect(first.said('ping').length).toBeGreaterThan(1);
        expect(FakeSocket.all.length).toBeGreaterThan(1);
        expect(live.state).toBe('gone');
    });

    it('does not wait for a box that is off', () => {
        vi.advanceTimersByTime(4000);
        expect(live.state).toBe('gone');
        vi.advanceTimersByTime(1000);
        expect(FakeSocket.all).toHaveLength(2);
    });

    it('tries again at longer and longer intervals, about four seconds apart at the most', () => {
        const waits: number[] = [];
        for (let i = 0; i < 12; ++i) {
            FakeSocket.newest.drop();
            const before = FakeSocket.all.length;
            let waited = 0;
            for (; FakeSocket.all.length === before; waited += 100) vi.advanceTimersByTime(100);
            waits.push(waited);
        }
        expect(waits[0]).toBeLessThanOrEqual(600);
        expect(waits.at(-1)).toBeGreaterThanOrEqual(3000);
        expect(Math.max(...waits)).toBeLessThanOrEqual(5100);
    });

    it('shares a topic between those who show it, and lets go with the last', () => {
        FakeSocket.newest.accept();
        const [one, other] = [live.topic('room/7'), live.topic('room/7')];
        expect(one).toBe(other);
        live.release(one);
        expect(FakeSocket.newest.said('unsubscribe')).toEqual([]);
        live.release(other);
        expect(FakeSocket.newest.said('unsubscribe')).toEqual([{ topic: 'room/7' }]);
    });
});
