package lectern.android;

import android.content.Context;
import android.net.nsd.NsdManager;
import android.net.nsd.NsdServiceInfo;
import java.util.ArrayDeque;
import java.util.Arrays;
import lectern.home.Home;

/** Finds boxes that announce themselves. Android resolves one at a time. */
final class Finder implements NsdManager.DiscoveryListener {
    private final NsdManager manager;
    private final Home home;
    private final ArrayDeque<NsdServiceInfo> waiting = new ArrayDeque<NsdServiceInfo>();
    private boolean isLooking = false, isResolving = false;

    Finder(Context context, Home home) {
        manager = (NsdManager) context.getSystemService(Context.NSD_SERVICE);
        this.home = home;
    }

    synchronized void start() {
        if (isLooking) return;
        isLooking = true;
        manager.discoverServices("_lectern._tcp", NsdManager.PROTOCOL_DNS_SD, this);
    }

    synchronized void stop() {
        if (isLooking) manager.stopServiceDiscovery(this);
        isLooking = false;
    }

    @Override public synchronized void onServiceFound(NsdServiceInfo service) {
        if (waiting.size() < 50) waiting.add(service);
        resolve();
    }

    private synchronized void resolve() {
        if (isResolving || waiting.isEmpty()) return;
        isResolving = true;
        manager.resolveService(waiting.remove(), new NsdManager.ResolveListener() {
            @Override public void onServiceResolved(NsdServiceInfo service) {
                String host = service.getHost().getHostAddress();
                if (host.indexOf(':') >= 0) host = "[" + host + "]";
                byte[] tls = service.getAttributes().get("tls");
                boolean isSecure = tls != null && Arrays.equals(tls, new byte[] {'1'});
                home.found((isSecure ? "https://" : "http://") + host + ":" + service.getPort(),
                    service.getServiceName());
                next();
            }

            @Override public void onResolveFailed(NsdServiceInfo service, int code) {
                next();
            }
        });
    }

    private synchronized void next() {
        isResolving = false;
        resolve();
    }

    @Override public synchronized void onStartDiscoveryFailed(String kind, int code) {
        isLooking = false; // the wearer can still type the address
    }

    @Override public void onStopDiscoveryFailed(String kind, int code) {}

    @Override public void onDiscoveryStarted(String kind) {}

    @Override public void onDiscoveryStopped(String kind) {}

    @Override public void onServiceLost(NsdServiceInfo service) {}
}
