namespace NtkPipeline.Core

/// What a run's rows are and what is learnt of them.
type DataSettings = {
    Columns: DataColumns
    Task: TaskChoice
    /// Rows of numbers in place of a CSV of texts, one number a row for what is learnt, and rows without labels; "" where there are none.
    Features: string
    Targets: string
    TestFeatures: string
    /// Rows without labels are left alone.
    LeavesTest: bool
} with

    member this.AreNumbers = this.Features <> ""

[<RequireQualifiedAccess>]
module DataSettings =

    let private setting = Setting.create

    let private column key (value: string) what = setting key Text value $"The CSV's column of %s{what}."

    let settings: Setting list = [
        column "data.text" DataColumns.kaggle.Text "texts"
        column
            "data.label"
            DataColumns.kaggle.Label
            "labels: two words or numbers (the later or greater one is the positive class), or more, or numbers that are not whole"
        column
            "data.id"
            DataColumns.kaggle.Id
            "what names rows, numbers or words, each once and given back as it came; none, or a file without it, numbers them from 1"
        column "data.keyword" DataColumns.kaggle.Keyword "keywords, which may be missing"
        column "data.location" DataColumns.kaggle.Location "places, which may be missing"
        setting
            "data.task"
            (Choice(TaskChoice.all |> List.map TaskChoice.print))
            "auto"
            "What is learnt: two classes (binary), classes of any number, or numbers (regression); auto is as the labels are."
        setting
            "data.features"
            Text
            ""
            "An .npy file of rows of numbers, in place of texts; they are standardised, and nothing else need be set."
        setting "data.targets" Text "" "For data.features: an .npy file of one number a row, to be learnt."
        setting
            "data.test"
            (Choice [ "all"; "none" ])
            "all"
            "Rows without labels: all are predicted, or none is read, which saves the time that they take."
        setting
            "data.test-features"
            Text
            ""
            "For data.features: an .npy file of rows to be predicted, if there are any."
    ]

    /// What no single setting can know.
    let check (values: Map<string, string>) : string list = [
        match values["data.features"], values["data.targets"] with
        | "", "" -> ()
        | "", _ -> "data.features: data.targets alone has no rows; name the .npy file of their numbers"
        | _, "" ->
            "data.targets: rows of numbers (data.features) are learnt by it; name an .npy file of one number a row"
        | _ -> ()

        if values["data.features"] = "" && values["data.test-features"] <> "" then
            "data.features: data.test-features alone has no rows to learn from"
    ]

    let read (values: Map<string, string>) : DataSettings = {
        Columns = {
            Text = values["data.text"]
            Label = values["data.label"]
            Id = values["data.id"]
            Keyword = values["data.keyword"]
            Location = values["data.location"]
        }
        Task = TaskChoice.all |> List.find (fun choice -> TaskChoice.print choice = values["data.task"])
        Features = values["data.features"]
        Targets = values["data.targets"]
        TestFeatures = if values["data.test"] = "none" then "" else values["data.test-features"]
        LeavesTest = values["data.test"] = "none"
    }
