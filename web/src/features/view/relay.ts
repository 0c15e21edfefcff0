// The session's socket on which browsers find each other for live pictures (WebRTC). Everybody in the session
// hears every message. The box only passes messages on; the picture goes from device to device.
//
//   offer          {call, device_id, sdp, sender}       a teacher's page asks one headset for its view
//   answer         {call, device_id, sdp}               that headset answers
//   ice_candidate  {call, device_id, from, candidate}   either way; `from` is 'page' or 'headset'
export type Said = {
    action: 'offer' | 'answer' | 'ice_candidate';
    call: string;
    device_id: number;
    sdp?: string;
    from?: 'page' | 'headset';
    candidate?: RTCIceCandidateInit;
    sender?: { role: string } | null; // the box fills it in, so that nobody can claim to be a teacher
};

const first_retry_ms = 500;
const longest_retry_ms = 8000;

export class Relay {
    private socket: WebSocket | null = null;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private retry_ms = first_retry_ms;
    private unsaid: Said[] = [];
    private ended = false;

    /// `token` is a headset's; a page has its login.
    constructor(
        readonly session_id: number,
        private readonly hear: (said: Said) => void,
        private readonly token = '',
    ) {
        this.open();
    }

    say(said: Said): void {
        if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(said));
        else this.unsaid.push(said);
    }

    end(): void {
        this.ended = true;
        clearTimeout(this.timer);
        this.socket?.close();
    }

    private open(): void {
        const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
        const secret = this.token ? `?token=${encodeURIComponent(this.token)}` : '';
        const socket = new WebSocket(`${scheme}://${location.host}/ws/session/${this.session_id}/${secret}`);
        this.socket = socket;
        socket.onopen = () => {
            this.retry_ms = first_retry_ms;
            for (const said of this.unsaid.splice(0)) this.say(said);
        };
        socket.onmessage = (event) => {
            const said = JSON.parse(String(event.data)) as Said;
            if (said.call) this.hear(said);
        };
        socket.onclose = () => {
            if (this.ended) return;
            this.timer = setTimeout(() => this.open(), this.retry_ms * (0.75 + Math.random() / 2));
            this.retry_ms = Math.min(longest_retry_ms, this.retry_ms * 2);
        };
    }
}
