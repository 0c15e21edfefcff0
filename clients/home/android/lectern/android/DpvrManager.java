package lectern.android;

import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.content.pm.PackageManager;
import android.os.Binder;
import android.os.IBinder;
import android.os.Parcel;
import android.os.RemoteException;
import android.util.Log;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import lectern.headset.Json;
import lectern.headset.JsonError;

/**
 * DPVR's device manager, where the headset has it. Only jobs of level NORMAL, which need no key of DPVR's:
 * the serial number, and to stop an app. Its interface is published without the numbers of its methods, so
 * its own classes are taken from its package and called by name. Written from the documents (docs/dpvr.md);
 * nobody has seen it work.
 */
final class DpvrManager implements ServiceConnection {
    private static final String PACKAGE = "com.dpvr.devicemanager";

    private final Context context;
    private Object manager; // their interface; null: not connected
    private volatile String serialNumber, fault;
    private volatile boolean isThere = false;
    private int serialNumberJob = 0; // of the main thread and of binder threads
    private Map<String, Object> early; // a result that came before its job was known

    DpvrManager(Context context) {
        this.context = context;
        try {
            context.getPackageManager().getPackageInfo(PACKAGE, 0);
            isThere = true;
            Intent service = new Intent(PACKAGE)
                .setComponent(new ComponentName(PACKAGE, PACKAGE + ".DeviceManagerService"));
            if (!context.bindService(service, this, Context.BIND_AUTO_CREATE)) fault = "it cannot be reached";
        } catch (PackageManager.NameNotFoundException notOfDpvr) {
            // Nothing to use, and nothing missing.
        } catch (SecurityException error) {
            fault = error.getMessage();
        }
    }

    void close() {
        if (isThere) context.unbindService(this);
    }

    /** Null: not known, or not yet. */
    String serialNumber() {
        return serialNumber;
    }

    /** A sentence for the teacher; empty on other headsets. */
    String limits() {
        if (!isThere) return "";
        return (fault == null ? "DPVR's device manager is used. " : "DPVR's device manager is not used: "
            + fault + ". ")
            + "With a key from DPVR it could also install silently, restart the headset and record. ";
    }

    /** False: it could not be asked. */
    boolean stop(String packageName) {
        try {
            return call("activityJobs", "StopPackage", Json.write(Json.object("packageName",
                packageName))) > 0;
        } catch (JsonError error) {
            throw new IllegalArgumentException(error);
        }
    }

    @Override public synchronized void onServiceConnected(ComponentName name, IBinder binder) {
        try {
            ClassLoader theirs = context.createPackageContext(PACKAGE,
                Context.CONTEXT_INCLUDE_CODE | Context.CONTEXT_IGNORE_SECURITY).getClassLoader();
            Class<?> stub = theirs.loadClass(binder.getInterfaceDescriptor() + "$Stub");
            manager = stub.getMethod("asInterface", IBinder.class).invoke(null, binder);
            for (Method method : manager.getClass().getMethods())
                if (method.getName().equals("setDeviceManagerResultListener"))
                    method.invoke(manager, listener(theirs, method.getParameterTypes()[0]));
            serialNumberJob = call("systemInfoJobs", "GetSerialNo", "");
            if (early != null) heard(early);
        } catch (ReflectiveOperationException error) {
            fault = "its interface is another one (" + error + ")";
        } catch (PackageManager.NameNotFoundException error) {
            fault = "it was removed";
        } catch (RemoteException error) {
            fault = String.valueOf(error.getMessage());
        }
    }

    @Override public synchronized void onServiceDisconnected(ComponentName name) {
        manager = null;
    }

    /** The job's number; not above 0: refused. */
    private synchronized int call(String category, String job, String parameters) {
        if (manager == null) return 0;
        try {
            Object said = manager.getClass().getMethod("call", String.class, String.class, String.class,
                String.class)
                .invoke(manager, category, job, parameters, "");
            Map<String, Object> answer = Json.readObject(String.valueOf(said));
            int number = (int) Json.number(answer, "jobID", -1);
            if (number <= 0) fault = Json.text(answer, "errorDescription", "it refuses " + job);
            return number;
        } catch (InvocationTargetException error) {
            fault = String.valueOf(error.getCause());
        } catch (ReflectiveOperationException error) {
            fault = "its interface is another one (" + error + ")";
        } catch (JsonError error) {
            fault = "it answers something else: " + error.getMessage();
        }
        return 0;
    }

    private synchronized void heard(Map<String, Object> result) {
        int job = (int) Json.number(result, "jobId", 0);
        if (serialNumberJob == 0) early = result;
        if (job != serialNumberJob || Json.number(result, "returnCode", 1) != 0) return;
        try {
            serialNumber = Json.text(Json.readObject(Json.text(result, "result")), "sn");
        } catch (JsonError error) {
            fault = "it tells no serial number: " + error.getMessage();
        }
    }

    /** Their listener has one method, so its number is the first one. */
    private Object listener(ClassLoader theirs, final Class<?> type) {
        final Binder results = new Binder() {
            @Override protected boolean onTransact(int code, Parcel data, Parcel reply, int flags)
                throws RemoteException {
                if (code != IBinder.FIRST_CALL_TRANSACTION) return super.onTransact(code, data, reply, flags);
                data.enforceInterface(type.getName());
                data.readInt();
                String result = data.readString();
                if (reply != null) reply.writeNoException();
                try {
                    heard(Json.readObject(String.valueOf(result)));
                } catch (JsonError error) {
                    Log.i("Lectern", "the device manager says something else: " + result);
                }
                return true;
            }
        };
        return Proxy.newProxyInstance(theirs, new Class<?>[] {type}, new InvocationHandler() {
            @Override public Object invoke(Object proxy, Method method, Object[] arguments) {
                return method.getName().equals("asBinder") ? results : null;
            }
        });
    }
}
