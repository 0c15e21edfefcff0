#!/bin/sh
# Builds the Java library as a Maven repository, which Gradle reads too.
#
# usage: clients/home/build_jar.sh FOLDER
#
# An app then names FOLDER as a repository and org.lectern:lectern-headset:VERSION as a dependency; or it takes the
# jar alone. The same sources give the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

out=${1:?usage: build_jar.sh FOLDER}
version=$(cat "$here/VERSION")
name=lectern-headset-$version
folder=$out/org/lectern/lectern-headset/$version
mkdir -p "$folder"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/classes/META-INF"
cp "$here/../../LICENSE" "$work/classes/META-INF/LICENSE"

find "$here/core" -name '*.java' | sort >"$work/sources"
javac -Xlint:all,-options -Werror --release 8 -encoding UTF-8 -d "$work/classes" "@$work/sources"
cat >"$work/manifest" <<END
Automatic-Module-Name: lectern.headset
Implementation-Title: lectern-headset
Implementation-Version: $version
END
date=2000-01-01T00:00:00Z # of everything in it, so that the day of the build does not show
jar --create --file "$folder/$name.jar" --manifest "$work/manifest" --date "$date" -C "$work/classes" .
jar --create --file "$folder/$name-sources.jar" --no-manifest --date "$date" -C "$here/core" .

cat >"$folder/$name.pom" <<END
<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <!-- do_not_remove: published-with-gradle-metadata -->
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.lectern</groupId>
  <artifactId>lectern-headset</artifactId>
  <version>$version</version>
  <name>Lectern headset</name>
  <description>A headset of Lectern, the server of a VR classroom, for Java 8 and Android 8 or later.</description>
  <licenses>
    <license>
      <name>MIT</name>
      <distribution>repo</distribution>
    </license>
  </licenses>
</project>
END

sum() { sha256sum "$1" | cut -d ' ' -f 1; }

# variant NAME USAGE: the library, for compiling against it or for running it.
variant() {
    cat <<END
    {
      "name": "$1",
      "attributes": {
        "org.gradle.category": "library",
        "org.gradle.dependency.bundling": "external",
        "org.gradle.jvm.version": 8,
        "org.gradle.libraryelements": "jar",
        "org.gradle.usage": "$2"
      },
      "files": [
        {
          "name": "$name.jar",
          "url": "$name.jar",
          "size": $(wc -c <"$folder/$name.jar"),
          "sha256": "$(sum "$folder/$name.jar")"
        }
      ]
    }
END
}

cat >"$folder/$name.module" <<END
{
  "formatVersion": "1.1",
  "component": {
    "group": "org.lectern",
    "module": "lectern-headset",
    "version": "$version",
    "attributes": {
      "org.gradle.status": "release"
    }
  },
  "variants": [
$(variant apiElements java-api),
$(variant runtimeElements java-runtime)
  ]
}
END

cat >"$out/org/lectern/lectern-headset/maven-metadata.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<metadata>
  <groupId>org.lectern</groupId>
  <artifactId>lectern-headset</artifactId>
  <versioning>
    <latest>$version</latest>
    <release>$version</release>
    <versions>
      <version>$version</version>
    </versions>
  </versioning>
</metadata>
END
for file in "$folder/$name.jar" "$folder/$name-sources.jar" "$folder/$name.pom" "$folder/$name.module"; do
    sum "$file" >"$file.sha256"
done
echo "$folder/$name.jar"
