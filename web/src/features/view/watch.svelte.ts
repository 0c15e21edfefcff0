// The teacher's end of a live view: asks one headset for it, again and again until it is there.
import { Relay, type Said } from './relay';

const ask_again_ms = 2500;
const give_up_after_ms = 20_000;

export class Watch {
    state: 'asking' | 'live' | 'failed' = $state('asking');
    stream: MediaStream | null = $state.raw(null);
    private relay: Relay;
    private peer: RTCPeerConnection | null = null;
    private call = '';
    private early: RTCIceCandidateInit[] = [];
    private timer: ReturnType<typeof setInterval>;
    private readonly since_ms = Date.now();

    constructor(
        session_id: number,
        private readonly device_id: number,
    ) {
        this.relay = new Relay(session_id, (said) => void this.hear(said));
        this.timer = setInterval(() => this.check(), ask_again_ms);
        void this.ask();
    }

    end(): void {
        clearInterval(this.timer);
        this.peer?.close();
        this.relay.end();
    }

    private check(): void {
        const connection = this.peer?.connectionState;
        if (connection === 'connected' || connection === 'connecting') return;
        if (this.state === 'live') this.state = 'asking';
        else if (Date.now() - this.since_ms > give_up_after_ms) this.state = 'failed';
        void this.ask();
    }

    private async ask(): Promise<void> {
        this.peer?.close();
        const peer = new RTCPeerConnection();
        const call = crypto.getRandomValues(new Uint32Array(2)).join('-');
        this.peer = peer;
        this.call = call;
        this.early = [];
        const about = { call, device_id: this.device_id };
        peer.addTransceiver('video', { direction: 'recvonly' });
        peer.ontrack = (event) => (this.stream = event.streams[0] ?? new MediaStream([event.track]));
        peer.onconnectionstatechange = () => {
            if (this.peer === peer && peer.connectionState === 'connected') this.state = 'live';
        };
        peer.onicecandidate = ({ candidate }) => {
            if (candidate)
                this.relay.say({
                    action: 'ice_candidate',
                    ...about,
                    from: 'page',
                    candidate: candidate.toJSON(),
                });
        };
        await peer.setLocalDescription();
        if (this.peer === peer)
            this.relay.say({
                action: 'offer',
                ...about,
                sender: null,
                sdp: peer.localDescription?.sdp ?? '',
            });
    }

    private async hear(said: Said): Promise<void> {
        const { peer } = this;
        if (!peer || said.call !== this.call || said.device_id !== this.device_id) return;
        if (said.action === 'answer' && said.sdp && peer.signalingState === 'have-local-offer') {
            await peer.setRemoteDescription({ type: 'answer', sdp: said.sdp });
            for (const candidate of this.early.splice(0)) await peer.addIceCandidate(candidate);
        } else if (said.action === 'ice_candidate' && said.from === 'headset' && said.candidate) {
            if (peer.remoteDescription) await peer.addIceCandidate(said.candidate);
            else this.early.push(said.candidate);
        }
    }
}
