package vn.field178;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.os.IBinder;

/** Keeps the application alive, with a notice, while photos are being sent. It does no work itself. */
public class OpenWork extends Service {
    private static final String CHANNEL = "open_work";
    private static final String WHY = "why";

    /** Starts it. The system refuses this with an exception while the application is not on the screen. */
    public static void start(Context context, String why) {
        context.startForegroundService(new Intent(context, OpenWork.class).putExtra(WHY, why));
    }

    /** Ends it; nothing happens when it does not run. */
    public static void stop(Context context) {
        context.stopService(new Intent(context, OpenWork.class));
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        String why = intent == null ? "" : intent.getStringExtra(WHY);
        NotificationChannel channel =
                new NotificationChannel(CHANNEL, why, NotificationManager.IMPORTANCE_LOW);
        getSystemService(NotificationManager.class).createNotificationChannel(channel);
        // The notice says that something is sent, never what: it shows on a locked screen.
        Notification notice =
                new Notification.Builder(this, CHANNEL)
                        .setContentTitle(why)
                        .setSmallIcon(getApplicationInfo().icon)
                        .setOngoing(true)
                        .build();
        startForeground(1, notice);
        return START_NOT_STICKY;
    }

    /** Android 15 ends such services after six hours a day: go before the system calls it a crash. */
    public void onTimeout(int startId, int serviceType) {
        stopSelf();
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
