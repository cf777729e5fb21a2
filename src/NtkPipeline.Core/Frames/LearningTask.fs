namespace NtkPipeline.Core

open System
open System.Globalization
open System.Numerics
open System.Text.RegularExpressions

/// What a run learns of its rows. The labels carry it (`Labels`), so that every stage can ask.
[<RequireQualifiedAccess>]
type LearningTask =
    /// Two classes by one output: −1 and 1, cut at 0.
    | Binary of negative: string * positive: string
    /// Three classes or more, one output each: 1 for a row's own class and −1 for the others; the largest output names the class.
    | Classes of names: string[]
    /// A number.
    | Regression

/// What a person says the task is (setting `data.task`).
[<RequireQualifiedAccess>]
type TaskChoice =
    /// The labels tell: two different ones, more, or numbers that are not all whole.
    | Auto
    | Binary
    | Classes
    | Regression

[<RequireQualifiedAccess>]
module TaskChoice =

    let all = [
        TaskChoice.Auto
        TaskChoice.Binary
        TaskChoice.Classes
        TaskChoice.Regression
    ]

    /// The name in settings.
    let print (choice: TaskChoice) : string =
        match choice with
        | TaskChoice.Auto -> "auto"
        | TaskChoice.Binary -> "binary"
        | TaskChoice.Classes -> "classes"
        | TaskChoice.Regression -> "regression"

    let parse (text: string) : Result<TaskChoice, string> = PrintedUnion.parse "a task" print all text

[<RequireQualifiedAccess>]
module LearningTask =

    /// The name in results.
    let kind (task: LearningTask) : string =
        match task with
        | LearningTask.Binary _ -> "binary"
        | LearningTask.Classes _ -> "classes"
        | LearningTask.Regression -> "regression"

    /// The classes' names in the order of their numbers; none for a regression.
    let names (task: LearningTask) : string[] =
        match task with
        | LearningTask.Binary(negative, positive) -> [| negative; positive |]
        | LearningTask.Classes names -> names
        | LearningTask.Regression -> [||]

    /// How many outputs a model has.
    let outputs (task: LearningTask) : int =
        match task with
        | LearningTask.Binary _
        | LearningTask.Regression -> 1
        | LearningTask.Classes names -> names.Length

    /// Kaggle's labels.
    let kaggle = LearningTask.Binary("0", "1")

    /// A cell as a finite number, if it is one.
    let (|Real|_|) (cell: string) : float option =
        match cell with
        | Setting.Number value -> Some value
        | _ -> None

    /// The first cell whose number is written with a decimal comma, where every cell holds a number.
    let decimalComma (cells: string[]) : int option =
        let hasComma (cell: string) = cell.Length < 400 && Regex.IsMatch(cell.Trim(), @"^[+-]?[0-9]+,[0-9]+$")

        let isNumber =
            function
            | Real _ -> true
            | cell -> hasComma cell

        if Array.forall isNumber cells then Array.tryFindIndex hasComma cells else None

    /// Whole numbers that float64 tells apart.
    let isWhole (value: float) : bool = value = Math.Floor value && abs value < 9e15

    /// A cell as a whole number in digits alone; of any size where it is written so.
    let (|Whole|_|) (cell: string) : string option =
        // Longer ones would take the square of their length.
        let digits = if cell.Length > 40 then "" else cell

        match BigInteger.TryParse(digits, NumberStyles.Integer, CultureInfo.InvariantCulture), cell with
        | (true, whole), _ -> Some(whole.ToString CultureInfo.InvariantCulture)
        | _, Real value when isWhole value -> Some((int64 value).ToString CultureInfo.InvariantCulture)
        | _ -> None

    /// What a label's cell is called: whole numbers in digits alone, whichever way they were written; all else without blanks around.
    let name (cell: string) : string =
        match cell.Trim() with
        | Whole digits -> digits
        | words -> words

    /// Names in the order of their numbers: by size where all are numbers, else letter by letter. Of two, the later is the positive class.
    let inOrder (names: string seq) : string[] =
        let names = names |> Seq.distinct |> Array.ofSeq

        let numbers =
            names
            |> Array.choose (function
                | Real value -> Some value
                | _ -> None)

        if numbers.Length = names.Length then
            // float64 does not tell whole numbers of many digits apart.
            Array.zip numbers names
            |> Array.sortBy (fun (number, name) -> number, name.Length, name)
            |> Array.map snd
        else
            names |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))
