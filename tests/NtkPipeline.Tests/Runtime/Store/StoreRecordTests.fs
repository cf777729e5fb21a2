/// Records and notes that are not what their names say.
module NtkPipeline.Tests.StoreRecordTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.WordChain

let private read (path: string) =
    use file = File.OpenRead path
    Expect.wantOk (RunRecordFile.codec.Read file) "a record"

let private write (path: string) (record: RunRecord) =
    use file = File.Create path
    RunRecordFile.codec.Write file record

let private records folder =
    Directory.GetFiles(Path.Combine(folder, "runs")) |> Array.map (fun path -> path, read path)

let private ofStage name folder =
    records folder |> Array.filter (fun (_, record) -> record.Recipe.Stage = name)

let private setAside folder =
    let damaged = Path.Combine(folder, "damaged")

    if Directory.Exists damaged then
        Directory.GetFileSystemEntries damaged
    else
        [||]

let tests =
    testList "a record in the store" [
        testCase "that is another seed's is damage: it is named, set aside, and the stage made again"
        <| inFolder (fun folder ->
            let _, first, _ = run folder 1UL plain
            let mine = ofStage "shuffle" folder |> Array.exactlyOne |> fst
            let _, second, _ = run folder 2UL plain
            Expect.notEqual second first "the seeds differ"
            let other = ofStage "shuffle" folder |> Array.map fst |> Array.find ((<>) mine)
            File.Copy(other, mine, true)
            let health = StoreCare.verify (Store.openAt folder |> wantOk) |> wantOk
            Expect.equal health.Damaged [| mine |] "verify names it"
            let ran, again, warnings = run folder 1UL plain
            Expect.equal again first "the numbers of seed 1"
            Expect.equal (List.map fst ran) [ "shuffle" ] "made again"
            let warning = List.exactlyOne warnings
            Expect.stringContains warning mine "which"
            Expect.stringContains warning "the record of another recipe, of shuffle" "why"
            Expect.hasLength (setAside folder) 1 "it is kept aside"
            Expect.isEmpty (StoreCare.verify (Store.openAt folder |> wantOk) |> wantOk).Damaged "and mended")

        testCase
            "names its own recipe's result alone: another's in its place is damage; records of before names were bound are read"
        <| inFolder (fun folder ->
            let _, first, _ = run folder 1UL plain
            let mine, record = ofStage "shuffle" folder |> Array.exactlyOne
            run folder 2UL plain |> ignore
            let other = ofStage "shuffle" folder |> Array.find (fun (path, _) -> path <> mine) |> snd
            Expect.notEqual other.Output record.Output "another object, which is there"

            Expect.equal
                (other.Bytes, other.Extension)
                (record.Bytes, record.Extension)
                "of the same size and kind"

            let sound = File.ReadAllText mine
            File.WriteAllText(mine, sound.Replace(record.Output, other.Output))
            let health = StoreCare.verify (Store.openAt folder |> wantOk) |> wantOk
            Expect.equal health.Damaged [| mine |] "verify names it"
            let ran, again, warnings = run folder 1UL plain
            Expect.equal again first "the numbers of seed 1"
            Expect.equal (List.map fst ran) [ "shuffle" ] "made again"
            Expect.stringContains (List.exactlyOne warnings) "is not what was recorded" "why"

            let lines = File.ReadAllLines mine

            let unsealed =
                lines |> Array.filter (fun line -> not (line.Contains "\"seal\"")) |> String.concat "\n"

            Expect.equal (unsealed.Split '\n').Length (lines.Length - 1) "without its seal"
            File.WriteAllText(mine, unsealed.Replace(",\n}", "\n}"))
            let ran, again, warnings = run folder 1UL plain
            Expect.equal (ran, again, warnings) ([], first, []) "as stores have it that were made before")

        testCase "leads nowhere else: what it says of its result has the form of a result"
        <| inFolder (fun folder ->
            let _, value, _ = run folder 1UL plain
            let path, sound = ofStage "join" folder |> Array.exactlyOne
            let outside = Path.Combine(folder, "letter.json")
            File.WriteAllText(outside, "mine")

            for record in
                [
                    { sound with Output = "../../letter" }
                    { sound with Output = "" }
                    { sound with Extension = "/../../../letter.json" }
                    { sound with Bytes = -1L }
                ] do
                write path record
                let ran, again, warnings = run folder 1UL plain
                Expect.equal again value "the same"
                Expect.equal (List.map fst ran) [ "join" ] "made again"
                Expect.stringContains (List.exactlyOne warnings) path "told of"

            Expect.equal (File.ReadAllText outside) "mine" "untouched")

        testCase
            "may have a folder, a link or a pipe in its place: it goes on, with a warning that says what it is"
        <| inFolder (fun folder ->
            let _, value, _ = run folder 1UL plain

            for what, put in
                [
                    "it is a folder", (fun (path: string) -> Directory.CreateDirectory path |> ignore)
                    "it is a link", (fun path -> File.CreateSymbolicLink(path, "/nowhere") |> ignore)
                    "it names no recipe", (fun path -> File.WriteAllText(path, "no key"))
                    if System.OperatingSystem.IsLinux() then
                        "it is a pipe", Trees.pipe
                ] do
                let record = ofStage "join" folder |> Array.exactlyOne |> fst
                let note = Path.Combine(folder, "latest", "data", "join")

                let result =
                    objects folder |> Array.find (fun path -> File.ReadAllText(path).Contains value[0])

                let replaced = if what = "it names no recipe" then [ note ] else [ record; note; result ]

                for path in replaced do
                    File.Delete path
                    put path

                let _, again, warnings = run folder 1UL plain
                Expect.equal again value what

                for path in replaced do
                    let told = warnings |> List.filter _.Contains(path)
                    Expect.isTrue (told |> List.exists _.Contains(what)) $"%s{path}: %A{warnings}"

            Expect.isEmpty (StoreCare.verify (Store.openAt folder |> wantOk) |> wantOk).Damaged "mended")

        testCase "damaged, like many others, does not end verify, which lists them all"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let all = objects folder
            File.Delete all[0]
            Directory.CreateDirectory all[0] |> ignore
            File.WriteAllText(all[1], "damaged")
            File.Delete all[2]
            File.CreateSymbolicLink(all[2], "/nowhere") |> ignore
            let record = records folder |> Array.head |> fst
            File.WriteAllText(record, "{ half of")
            let health = StoreCare.verify (Store.openAt folder |> wantOk) |> wantOk
            Expect.equal (set health.Damaged) (set [ yield! all; record ]) "each"
            let answer = call [ "store"; "verify"; "--store"; folder ]
            Expect.equal answer.Code 1 "refused"

            for path in health.Damaged do
                Expect.stringContains answer.Output $"damaged: %s{path}" "for a person")
    ]
