// The headset's end of a live view: sends its view to the teacher who asks, and shows the student that
// somebody watches.
import { Relay, type Said } from '../view/relay';

const most_watchers = 4;
const frames_per_second = 20;
const may_watch = ['viewer', 'teacher', 'administrator'];

type Watcher = { peer: RTCPeerConnection; early: RTCIceCandidateInit[] };

export class Broadcast {
    watched = $state(false);
    uses_camera = $state(false);
    private readonly relay: Relay;
    private readonly watchers = new Map<string, Watcher>();
    private view: MediaStream | null = null;
    private shown: HTMLCanvasElement | null = null;
    private camera: MediaStream | null = null;

    constructor(
        session_id: number,
        token: string,
        private readonly device_id: number,
        private readonly canvas: () => HTMLCanvasElement | null,
    ) {
        this.relay = new Relay(session_id, (said) => void this.hear(said), token);
    }

    end(): void {
        for (const call of [...this.watchers.keys()]) this.lose(call);
        this.relay.end();
        for (const track of [...(this.view?.getTracks() ?? []), ...(this.camera?.getTracks() ?? [])])
            track.stop();
    }

    /// Shows the camera instead of the lesson, to let the teacher see the room. Only the student can switch
    /// it on.
    async use_camera(on: boolean): Promise<void> {
        if (on)
            this.camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
        else for (const track of this.camera?.getTracks() ?? []) track.stop();
        if (!on) this.camera = null;
        this.uses_camera = on;
        for (const { peer } of this.watchers.values())
            for (const sender of peer.getSenders()) await sender.replaceTrack(this.track());
    }

    private track(): MediaStreamTrack | null {
        if (this.camera) return this.camera.getVideoTracks()[0] ?? null;
        const canvas = this.canvas();
        if (canvas !== this.shown) {
            this.shown = canvas; // another video has another canvas
            this.view = canvas?.captureStream(frames_per_second) ?? null;
        }
        return this.view?.getVideoTracks()[0] ?? null;
    }

    private lose(call: string): void {
        this.watchers.get(call)?.peer.close();
        this.watchers.delete(call);
        this.watched = this.watchers.size > 0;
    }

    private async hear(said: Said): Promise<void> {
        if (said.device_id !== this.device_id) return;
        if (said.action === 'offer') await this.answer(said);
        else if (said.action === 'ice_candidate' && said.from === 'page' && said.candidate) {
            const watcher = this.watchers.get(said.call);
            if (watcher?.peer.remoteDescription) await watcher.peer.addIceCandidate(said.candidate);
            else watcher?.early.push(said.candidate);
        }
    }

    private async answer({ call, sdp, sender }: Said): Promise<void> {
        // Never show one student's view to another student.
        if (!sender || !may_watch.includes(sender.role)) return;
        const track = this.track();
        if (!sdp || !track || this.watchers.has(call)) return;
        if (this.watchers.size >= most_watchers) this.lose(this.watchers.keys().next().value as string);
        const peer = new RTCPeerConnection();
        const watcher: Watcher = { peer, early: [] };
        this.watchers.set(call, watcher);
        const about = { call, device_id: this.device_id };
        peer.onicecandidate = ({ candidate }) => {
            if (candidate)
                this.relay.say({
                    action: 'ice_candidate',
                    ...about,
                    from: 'headset',
                    candidate: candidate.toJSON(),
                });
        };
        peer.onconnectionstatechange = () => {
            this.watched = [...this.watchers.values()].some(
                (one) => one.peer.connectionState === 'connected',
            );
            if (['failed', 'closed', 'disconnected'].includes(peer.connectionState)) this.lose(call);
        };
        await peer.setRemoteDescription({ type: 'offer', sdp });
        peer.addTrack(track, new MediaStream([track]));
        await peer.setLocalDescription();
        this.relay.say({ action: 'answer', ...about, sdp: peer.localDescription?.sdp ?? '' });
        for (const candidate of watcher.early.splice(0)) await peer.addIceCandidate(candidate);
    }
}
