// Immersive viewing where the browser has WebXR, so that a headset's own browser needs no app.
import { gaze_of, lens_of, Sphere, type Source } from './sphere';

// The part of WebXR that is used here; TypeScript does not have it yet.
type Matrix = Float32Array;
type XrView = { projectionMatrix: Matrix; transform: { matrix: Matrix } };
type XrPose = { views: XrView[]; transform: { matrix: Matrix } };
type XrSpace = object;
type XrFrame = { getViewerPose(space: XrSpace): XrPose | null };
type XrLayer = {
    framebuffer: WebGLFramebuffer;
    getViewport(view: XrView): { x: number; y: number; width: number; height: number };
};
type XrSession = EventTarget & {
    renderState: { baseLayer?: XrLayer };
    updateRenderState(state: { baseLayer: XrLayer }): void;
    requestReferenceSpace(kind: string): Promise<XrSpace>;
    requestAnimationFrame(draw: (time: number, frame: XrFrame) => void): number;
    end(): Promise<void>;
};
type Xr = {
    isSessionSupported(mode: string): Promise<boolean>;
    requestSession(mode: string): Promise<XrSession>;
};
type XrLayerMaker = new (session: XrSession, gl: WebGLRenderingContext) => XrLayer;

const xr = () => (navigator as unknown as { xr?: Xr }).xr;

export async function has_vr(): Promise<boolean> {
    return (
        (await xr()
            ?.isSessionSupported('immersive-vr')
            .catch(() => false)) ?? false
    );
}

/// The rotation of a pose, relative to the latest "straight ahead".
function turned(matrix: Matrix, ahead_deg: number): Float32Array {
    const [c, s] = [Math.cos((ahead_deg * Math.PI) / 180), Math.sin((ahead_deg * Math.PI) / 180)];
    const out = new Float32Array(9);
    for (let column = 0; column < 3; ++column) {
        const [x, y, z] = [
            matrix[column * 4] as number,
            matrix[column * 4 + 1] as number,
            matrix[column * 4 + 2] as number,
        ];
        out.set([c * x + s * z, y, -s * x + c * z], column * 3);
    }
    return out;
}

export class Immersion {
    private session: XrSession | null = null;
    private ahead_deg = 0;
    private looks_deg = 0;

    /// `paint` returns the picture of the moment, `gaze` hears where the head points. Resolves when the
    /// session ends.
    async begin(
        paint: () => { source: Source; light: number },
        gaze: (at: { yaw_deg: number; pitch_deg: number }) => void,
        ended: () => void,
    ): Promise<void> {
        const session = await (xr() as Xr).requestSession('immersive-vr');
        const gl = document
            .createElement('canvas')
            .getContext('webgl', { xrCompatible: true }) as WebGLRenderingContext;
        const layer = new (window as unknown as { XRWebGLLayer: XrLayerMaker }).XRWebGLLayer(session, gl);
        session.updateRenderState({ baseLayer: layer });
        const space = await session.requestReferenceSpace('local');
        const sphere = new Sphere(gl);
        this.session = session;
        session.addEventListener('end', () => {
            this.session = null;
            ended();
        });
        const draw = (_time: number, frame: XrFrame) => {
            session.requestAnimationFrame(draw);
            const pose = frame.getViewerPose(space);
            if (!pose) return;
            this.looks_deg = gaze_of(turned(pose.transform.matrix, 0)).yaw_deg;
            gaze(gaze_of(turned(pose.transform.matrix, this.ahead_deg)));
            const { source, light } = paint();
            gl.bindFramebuffer(gl.FRAMEBUFFER, layer.framebuffer);
            gl.clearColor(0, 0, 0, 1);
            gl.clear(gl.COLOR_BUFFER_BIT);
            if (light <= 0) return;
            sphere.show(source);
            gl.enable(gl.BLEND);
            gl.blendColor(light, light, light, 1);
            gl.blendFunc(gl.CONSTANT_COLOR, gl.ZERO);
            for (const view of pose.views) {
                const { x, y, width, height } = layer.getViewport(view);
                sphere.draw(
                    turned(view.transform.matrix, this.ahead_deg),
                    lens_of(view.projectionMatrix),
                    x,
                    y,
                    width,
                    height,
                );
            }
        };
        session.requestAnimationFrame(draw);
    }

    recenter(): void {
        this.ahead_deg = this.looks_deg;
    }

    end(): void {
        void this.session?.end();
    }
}
