package org.nixlconform.environment;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Files of a build under a prefix that is not ours.
 *
 * @param record folder of ours on the node: the list of the files, and those that they replaced
 */
record PlacedFiles(NodeFiles files, Path record) {
    private static final String PLACE = """
            set -e
            stage=$1 prefix=$2 record=$3
            mkdir -p "$record/saved"
            cd "$stage"
            find . ! -type d > "$record/files"
            while IFS= read -r file; do
                if [ -e "$prefix/$file" ] || [ -L "$prefix/$file" ]; then
                    mkdir -p "$(dirname "$record/saved/$file")"
                    cp -a "$prefix/$file" "$record/saved/$file"
                fi
            done < "$record/files"
            mkdir -p "$prefix"
            cp -a . "$prefix/"
            """;

    private static final String TAKE_AWAY = """
            set -e
            prefix=$1 record=$2
            [ -e "$record/files" ] || exit 0
            while IFS= read -r file; do
                rm -f "$prefix/$file"
                if [ -e "$record/saved/$file" ] || [ -L "$record/saved/$file" ]; then
                    cp -a "$record/saved/$file" "$prefix/$file"
                fi
            done < "$record/files"
            while IFS= read -r file; do
                folder=$(dirname "$prefix/$file")
                while rmdir "$folder" 2> /dev/null && [ "$folder" != "$prefix" ]; do
                    folder=$(dirname "$folder")
                done
            done < "$record/files"
            rm -rf "$record"
            """;

    /** Copies what is in a folder, and keeps what that overwrites. */
    void place(Path stage, Path prefix) throws IOException {
        files.run("sh", "-c", PLACE, "sh", stage.toString(), prefix.toString(), record.toString());
    }

    /** Removes the files and the folders that become empty, and puts back what had been there. */
    void takeAway(Path prefix) throws IOException {
        files.run("sh", "-c", TAKE_AWAY, "sh", prefix.toString(), record.toString());
    }
}
