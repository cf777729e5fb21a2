// Targets of build.fsx that few builds ask for, aside so that the others start sooner.
#load "restore.fsx" "nuspec.fsx" "pack.fsx" "outside.fsx" "guides.fsx" "notebook.fsx" "docs.fsx" "browser.fsx"

match List.tail (List.ofArray fsi.CommandLineArgs) with
| [ "pack" ] ->
    Pack.all Pack.folder Pack.version
    0
| [ "pack"; version ] ->
    Pack.all Pack.folder version
    0
| "outside" :: parts -> Outside.outside parts
| [ "guides" ] -> Guides.guides ()
| [ "notebook" ] -> Notebook.run ()
| [ "docs" ] -> Docs.docs ()
| [ "browser" ] -> Browser.browser ()
| other ->
    Restore.say $"""what is not understood: %s{String.concat " " other}"""
    2
|> exit
