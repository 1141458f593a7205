"""Names and places that generated people have. They are ours, and stand for nobody."""

GIRLS = """
Aaliyah Abigail Ada Agnes Aisha Alana Alba Alice Amara Amelia Amina Amy Ananya Anna
Anwen Aoife Aria Aurora Ava Ayesha Bea Beatrix Bella Bethan Bonnie Bryony Cara Carys
Catrin Charlotte Chioma Chloe Ciara Clara Cora Daisy Daria Delilah Edie Effie Efua
Eira Eleanor Eliza Ella Ellie Elsie Emilia Emily Emma Erin Esme Eva Evie Farah Fatima
Ffion Florence Freya Gabriela Grace Gwen Hafsa Hana Hannah Harriet Heidi Holly Imogen
Ines Iris Isabel Isla Ivy Jasmine Jessica Joanna Josie Julia Kasia Katherine Keira
Khadija Lara Laila Lena Leona Lila Lily Lottie Lucia Lucy Luna Mabel Maeve Maisie Maja
Margot Maria Martha Maryam Matilda Maya Megan Mia Mila Millie Molly Nadia Naomi Nell
Niamh Nina Noor Olivia Ottilie Penelope Phoebe Pippa Poppy Priya Rania Robyn Rose
Rosie Ruby Saffron Saoirse Sara Scarlett Seren Sienna Sofia Sophie Summer Sunita Thea
Tilly Uma Violet Willow Yasmin Yusra Zara Zofia Zoe Zuri
""".split()  # noqa: SIM905 a list would take a line for each

BOYS = """
Aaron Abdul Adam Aidan Albert Albie Alexander Alfie Amir Andrei Angus Archie Arjun
Arlo Arthur Asher Austin Benjamin Blake Bobby Bodhi Brody Caleb Callum Cameron Charlie
Christopher Connor Daniel David Dexter Dylan Edward Eesa Elijah Elliot Emeka Ethan
Euan Evan Ezra Felix Filip Finley Finn Francis Frank Freddie Gabriel George Gethin
Haris Harrison Harry Harvey Henry Hugo Ibrahim Idris Isaac Ismail Jack Jackson Jacob
Jakub James Jasper Jayden Jenson Jesse Joel John Joseph Joshua Jude Kai Kamil Kian
Kofi Kwame Leo Leon Lewis Liam Logan Louie Luca Lucas Luke Malik Marcus Mason Matthew
Max Michael Milo Mohammed Muhammad Musa Myles Nathan Nathaniel Nikhil Noah Oakley
Oliver Ollie Oscar Osian Otis Owen Patrick Ralph Rayan Reggie Reuben Rhys Rohan Roman
Ronan Rory Rowan Ruben Rupert Ryan Samuel Sebastian Sidney Stanley Taylor Tariq Teddy
Theodore Thomas Tobias Tommy Tomos Toby Tyler Umar Victor Vincent William Xander Yahya
Yusuf Zachary Zain
""".split()  # noqa: SIM905 a list would take a line for each

FAMILIES = """
Abara Abbott Adeyemi Ahmed Akhtar Allen Anderson Andrews Appleby Armitage Asante
Ashworth Atkins Bailey Baker Balogun Barker Barnes Bell Bennett Berry Bhatt Birch
Blackwood Boateng Booth Bowen Bradley Brennan Briggs Brook Brown Burgess Burton Butler
Byrne Campbell Carr Carter Chambers Chan Chapman Chaudhry Chen Clarke Clayton Coleman
Collins Cook Cooper Cox Crawford Cross Cunningham Dale Daniels Davidson Davies Dawson
Dean Desai Dhillon Dixon Doherty Douglas Doyle Driscoll Duffy Duncan Eaton Edwards
Egan Ellis Elliott Eze Farrell Fernandez Fielding Fisher Fleming Fletcher Flynn Ford
Foster Fox Francis Fraser Gardner Garner George Gibson Gill Goddard Gordon Graham
Grant Gray Greenwood Griffiths Gunn Hale Hall Hamilton Hardy Harper Harris Hart Hassan
Haynes Henderson Hewitt Hill Hobbs Holland Holmes Hope Hopkins Horton Howarth Hudson
Hughes Hunt Hussain Hutton Ibrahim Iqbal Islam Iwu Jackson Jain James Jarvis Jenkins
Johnson Jones Joshi Kaur Kavanagh Kaya Keane Kelly Kemp Kendall Kennedy Khan King
Knight Kowalski Kumar Lamb Lambert Lane Lawson Leach Lee Lewis Lim Lloyd Lowe Lucas
Lynch MacDonald Mahmood Malik Marsh Marshall Martin Mason Matthews May McBride
McCarthy McKay Mehta Mensah Miah Miller Mills Mistry Mitchell Moore Moran Morgan
Morris Moss Murphy Murray Nair Nash Nelson Newton Nguyen Nowak Nwosu O'Brien O'Connor
O'Neill O'Sullivan Oakes Odell Okafor Okoye Oliver Osborne Osei Owen Owusu Page Palmer
Parker Parry Parsons Patel Patterson Payne Pearce Perkins Perry Phillips Pike Pope
Popescu Porter Potts Powell Pratt Preston Price Quinn Rahman Rao Read Reed Rees Reid
Reynolds Rhodes Richards Riley Roberts Robinson Robson Rogers Rose Ross Rowe Roy
Russell Ryan Saleh Samuels Sanders Savage Saunders Schofield Scott Shah Sharma Sharp
Shaw Shepherd Sheikh Silva Simmons Simpson Singh Skinner Slater Smith Spencer Stephens
Stevens Stewart Stone Sutton Swift Szymanski Tanner Tate Taylor Tennant Thomas
Thompson Thorpe Todd Townsend Tran Tucker Turner Tyler Uddin Vaughan Vickers Wade
Walker Wallace Walsh Walters Warner Watkins Watson Watts Webb Webster Wells West
Weston White Whitehead Wilkins Williams Wilson Winter Wong Wood Woods Wright Wyatt
Yates Yilmaz Young Yusuf Zaman Zielinski
""".split()  # noqa: SIM905 a list would take a line for each

STREETS = """
Acorn Alder Anchor Apple Ash Barley Beacon Bell Birch Bramble Bridge Castle Cedar
Chapel Cherry Church Clover Copper Cross Dove Elm Fern Field Forge Garden Glebe Grange
Green Hazel Heron Hill Holly Kiln King Lark Laurel Lime Manor Maple Market Mead Mill
Moor North Oak Orchard Park Pine Pool Quarry Queen Rectory River Rose Saddler School
Spring Station Stone Swan Tanner Thorn Vale Vicar Victoria Walnut Weaver Well West
Willow Wood Yew
""".split()  # noqa: SIM905 a list would take a line for each

KINDS_OF_STREET = """
Avenue Close Court Crescent Drive Gardens Grove Lane Road Street Way
""".split()  # noqa: SIM905 a list would take a line for each

SHORT_FORMS = {
    "Abigail": "Abby", "Alexander": "Alex", "Beatrix": "Bea", "Benjamin": "Ben",
    "Christopher": "Chris", "Daniel": "Dan", "Edward": "Ted", "Eleanor": "Ellie",
    "Gabriel": "Gabe", "Isabel": "Izzy", "Jacob": "Jake", "Joseph": "Joe",
    "Joshua": "Josh", "Katherine": "Kate", "Matthew": "Matt", "Michael": "Mike",
    "Nathaniel": "Nate", "Oliver": "Ollie", "Patrick": "Paddy", "Penelope": "Penny",
    "Samuel": "Sam", "Sebastian": "Seb", "Theodore": "Theo", "Thomas": "Tom",
    "Tobias": "Toby", "William": "Will", "Zachary": "Zac",
}  # fmt: skip

# Names that are forms of one another, though each is also a name by itself.
FORMS_OF_ONE_NAME = tuple(
    frozenset(names.split())
    for names in (
        "Charlie Charlotte Lottie", "Ellie Eleanor Nell", "Harry Harrison Henry",
        "Jack Jackson John", "Millie Amelia Emilia", "Ollie Oliver Olivia",
        "Penelope Poppy", "Rose Rosie", "Edward Teddy Theodore", "Matilda Tilly",
        "Tobias Toby", "Thomas Tommy",
    )
)  # fmt: skip

# Invented towns, each with a postcode district that exists, so that a check of the
# form of postcodes passes.
TOWNS = (
    ("Brackenford", "LE3"), ("Castle Wray", "LE4"), ("Dunmere", "LE7"),
    ("Eastholme", "NG5"), ("Fallowfield End", "NG8"), ("Garth", "NG16"),
    ("Hallam Cross", "DE21"), ("Inglesea", "DE23"), ("Kirkby Moss", "DE72"),
    ("Larkrise", "CV6"), ("Millbeck", "CV11"), ("Norbury Hill", "PE13"),
)  # fmt: skip
# Letters of the second half of a postcode.
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
