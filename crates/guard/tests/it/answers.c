/* Asks to be asked about every open and access on one file system, as the guard does, and answers
 * "yes" at once: the least that any program costs which the kernel waits for. Looks at nothing. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <unistd.h>

#define PRE_CONTENT 0x00000008
#define PRE_ACCESS 0x00100000

int main(int count, char **words) {
    static char events[65536];
    int group = fanotify_init(PRE_CONTENT, O_RDONLY | O_LARGEFILE);
    if (count != 2 || group < 0 ||
        fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN_PERM | PRE_ACCESS,
                      AT_FDCWD, words[1]) < 0) {
        perror("fanotify");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        ssize_t length = read(group, events, sizeof events);
        if (length <= 0)
            return 1;
        struct fanotify_event_metadata *event = (void *)events;
        for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
            struct fanotify_response answer = {event->fd, FAN_ALLOW};
            if (write(group, &answer, sizeof answer) < 0)
                return 1;
            close(event->fd);
        }
    }
}
